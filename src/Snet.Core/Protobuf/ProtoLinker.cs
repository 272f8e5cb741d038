using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Snet.Protobuf;

/// <summary>
/// Replaces the names of types in one file by full names, and sets the kind of each field, which descriptors need and the
/// parser cannot know. The search goes from the innermost scope outward, by the rules of protoc.
/// </summary>
internal sealed class ProtoLinker
{
    private readonly ProtoFile _file;

    private ProtoLinker(ProtoFile file) => _file = file;

    /// <summary>Resolves every name in the file.</summary>
    /// <exception cref="ProtoParseException">A name is unknown or stands for something else.</exception>
    public static void Link(ProtoFile file)
    {
        var linker = new ProtoLinker(file);
        var package = file.Proto.Package;
        linker.LinkFields(package, file.Proto.Extension);
        foreach (var message in file.Proto.MessageType)
            linker.LinkMessage(package, message);
        foreach (var service in file.Proto.Service)
            linker.LinkService(ProtoFile.Join(package, service.Name), service);
    }

    private void LinkMessage(string scope, DescriptorProto message)
    {
        var name = ProtoFile.Join(scope, message.Name);
        LinkFields(name, message.Field);
        LinkFields(name, message.Extension);
        foreach (var nested in message.NestedType)
            LinkMessage(name, nested);
    }

    private void LinkFields(string scope, IEnumerable<FieldDescriptorProto> fields)
    {
        foreach (var field in fields)
        {
            if (field.HasExtendee)
                field.Extendee = Resolve(field, field.Extendee, scope, "a message", symbol => symbol == ProtoSymbol.Message).Name;
            if (!field.HasTypeName)
                continue;

            (field.TypeName, var kind) = Resolve(field, field.TypeName, scope, "a type", IsType);
            field.Type = kind == ProtoSymbol.Enum ? FieldType.Enum : FieldType.Message;
        }
    }

    private void LinkService(string scope, ServiceDescriptorProto service)
    {
        foreach (var method in service.Method)
        {
            method.InputType = Resolve(method, method.InputType, scope, "a message", symbol => symbol == ProtoSymbol.Message).Name;
            method.OutputType = Resolve(method, method.OutputType, scope, "a message", symbol => symbol == ProtoSymbol.Message).Name;
            foreach (var option in method.Options?.UninterpretedOption ?? [])
                LinkOption(scope, option);
        }
    }

    /// <summary>Gives the option's extension its full name; one that is not defined anywhere stays as it is written.</summary>
    private void LinkOption(string scope, UninterpretedOption option)
    {
        var part = option.Name[0];
        if (part.IsExtension && Find(part.NamePart_, scope, symbol => symbol == ProtoSymbol.Extension) is { } found)
            part.NamePart_ = found.Name;
    }

    private static bool IsType(ProtoSymbol symbol) => symbol is ProtoSymbol.Message or ProtoSymbol.Enum;

    private (string Name, ProtoSymbol Symbol) Resolve(
        object element, string name, string scope, string expected, Func<ProtoSymbol, bool> isWanted)
    {
        var found = Find(name, scope, IsType)
            ?? throw _file.Error(element, $"\"{name}\" is unknown here; expected {expected} of this file or its imports");
        return isWanted(found.Symbol) ? found : throw _file.Error(element, $"expected {expected}, and \"{name}\" is an enum");
    }

    /// <summary>Searches a name as it is written; gives the full name with a dot before it.</summary>
    private (string Name, ProtoSymbol Symbol)? Find(string name, string scope, Func<ProtoSymbol, bool> isWanted)
    {
        if (name.StartsWith('.'))
            return Wanted(name[1..]);

        var first = name.Split('.', 2)[0];
        for (; ; scope = scope[..Math.Max(scope.LastIndexOf('.'), 0)])
        {
            // The first word decides: where it names a scope, the rest must be inside that scope.
            var symbol = _file.Find(ProtoFile.Join(scope, first));
            var isScope = symbol is not (null or ProtoSymbol.Extension or ProtoSymbol.Other);
            var found = first.Length == name.Length || isScope ? Wanted(ProtoFile.Join(scope, name)) : null;
            if (found is not null || scope.Length == 0 || (first.Length < name.Length && isScope))
                return found;
        }

        (string, ProtoSymbol)? Wanted(string fullName)
            => _file.Find(fullName) is { } symbol && isWanted(symbol) ? ("." + fullName, symbol) : null;
    }
}
