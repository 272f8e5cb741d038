using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Snet.Protobuf;

namespace Snet.Tests.Protobuf;

/// <summary>Random messages, with Google's generated code and its JSON as the other side.</summary>
public class ProtoJsonPropertyTests
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(20).WithQuietOnSuccess(true);

    private static readonly JsonFormatter AllFields = new(
        JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithPreserveProtoFieldNames(true));

    /// <summary>All messages but the one with an Any, which Google cannot write alone, and the one of proto2, which needs its fields.</summary>
    private static IEnumerable<string> Messages => ProtoFiles.Compiled.SelectMany(file => file.MessageTypes)
        .Where(message => message.Name is not ("Opaque" or "Old")).Select(message => message.FullName);

    [TestCaseSource(nameof(Messages))]
    public void FromWire_AnyMessage_IsTheJsonThatGoogleWrites(string name) => ForAllWires(name, (compiled, read, wire) =>
        Same(ProtoJson.FromWire(read, wire), AllFields.Format(Google(compiled, wire))));

    [TestCaseSource(nameof(Messages))]
    public void ToWire_JsonOfAnyMessage_GivesTheMessageBack(string name) => ForAllWires(name, (compiled, read, wire) =>
        Google(compiled, ProtoJson.ToWire(read, ProtoJson.FromWire(read, wire))).Equals(Google(compiled, wire)));

    [TestCaseSource(nameof(Messages))]
    public void ToWire_JsonThatGoogleWrites_GivesTheMessageBack(string name) => ForAllWires(name, (compiled, read, wire) =>
    {
        var json = JsonNode.Parse(JsonFormatter.Default.Format(Google(compiled, wire)))!.AsObject();
        return Google(compiled, ProtoJson.ToWire(read, json)).Equals(Google(compiled, wire));
    });

    private static void ForAllWires(string name, Func<MessageDescriptor, MessageDescriptor, byte[], bool> holds)
    {
        var compiled = ProtoFiles.Compiled.SelectMany(file => file.MessageTypes).Single(message => message.FullName == name);
        var read = ProtoFiles.Message(name);
        Check.One(Config, Prop.ForAll(WireGenerator.Message(compiled).ToArbitrary(), wire => holds(compiled, read, wire)));
    }

    private static IMessage Google(MessageDescriptor message, byte[] wire) => message.Parser.ParseFrom(wire);

    private static bool Same(JsonObject ours, string theirs)
    {
        using var left = JsonDocument.Parse(ours.ToJsonString());
        using var right = JsonDocument.Parse(theirs);
        return JsonElement.DeepEquals(left.RootElement, right.RootElement)
            ? true
            : throw new AssertionException($"ours:   {ours.ToJsonString()}\ntheirs: {theirs}");
    }
}
