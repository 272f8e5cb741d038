using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Snet.Tests.Protobuf;

public class ProtoDescriptorTests
{
    private static IEnumerable<string> Names => ProtoFiles.Compiled.Select(file => file.Name);

    [Test]
    public void Parse_AllFiles_NoneIsLeftOutOfTheComparison() =>
        ProtoFiles.Set.Files.Select(file => file.Name).ShouldBe(Names, ignoreOrder: true);

    [TestCaseSource(nameof(Names))]
    public void Parse_File_GivesTheCompilersDescriptor(string name)
    {
        var compiled = ProtoFiles.Compiled.Single(file => file.Name == name).ToProto();
        var read = ProtoFiles.Set.Files.Single(file => file.Name == name).ToProto();

        WithoutOptions(read).ToString().ShouldBe(WithoutOptions(compiled).ToString());
        WithoutOptions(read).ShouldBe(WithoutOptions(compiled));
    }

    [TestCaseSource(nameof(Names))]
    public void Parse_File_GivesFieldsThatBehaveAsTheCompilers(string name)
    {
        var compiled = ProtoFiles.Compiled.Single(file => file.Name == name);
        var read = ProtoFiles.Set.Files.Single(file => file.Name == name);

        AllFields(read.MessageTypes).Select(Behaviour).ShouldBe(AllFields(compiled.MessageTypes).Select(Behaviour));
    }

    private static string Behaviour(FieldDescriptor field) => string.Join(' ', field.FullName, field.FieldType, field.FieldNumber, field.JsonName,
        field.IsMap, field.IsRepeated, field.IsPacked, field.IsRequired, field.HasPresence, field.ContainingOneof?.Name, field.RealContainingOneof?.Name,
        field.FieldType == FieldType.Message ? field.MessageType.FullName : "", field.FieldType == FieldType.Enum ? field.EnumType.FullName : "");

    private static IEnumerable<FieldDescriptor> AllFields(IEnumerable<MessageDescriptor> messages) =>
        messages.SelectMany(message => message.Fields.InDeclarationOrder().Concat(AllFields(message.NestedTypes)));

    /// <summary>Takes away what the compiler interprets and we keep as written; what decides about the wire stays.</summary>
    private static FileDescriptorProto WithoutOptions(FileDescriptorProto file)
    {
        file.Options = null;
        file.Extension.ToList().ForEach(Strip);
        file.MessageType.ToList().ForEach(Strip);
        file.EnumType.ToList().ForEach(Strip);
        foreach (var service in file.Service)
        {
            service.Options = null;
            foreach (var method in service.Method)
                method.Options = null;
        }

        return file;
    }

    private static void Strip(DescriptorProto message)
    {
        if (message.Options is not { MapEntry: true })
            message.Options = null;
        message.Field.ToList().ForEach(Strip);
        message.Extension.ToList().ForEach(Strip);
        message.EnumType.ToList().ForEach(Strip);
        message.NestedType.ToList().ForEach(Strip);
        foreach (var oneof in message.OneofDecl)
            oneof.Options = null;
    }

    private static void Strip(FieldDescriptorProto field)
    {
        field.Options?.UninterpretedOption.Clear();
        if (field.Options is { } options && options.ToByteArray().Length == 0)
            field.Options = null;
    }

    private static void Strip(EnumDescriptorProto type)
    {
        type.Options = null;
        foreach (var value in type.Value)
            value.Options = null;
    }
}
