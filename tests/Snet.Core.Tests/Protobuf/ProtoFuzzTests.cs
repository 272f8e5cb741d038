using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Snet.Protobuf;
using Snet.Tests.Everything;

namespace Snet.Tests.Protobuf;

/// <summary>Broken input of any kind gives the typed errors, and soon.</summary>
[NonParallelizable]
public class ProtoFuzzTests
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true);

    /// <summary>Texts whose work would explode in a reader without limits.</summary>
    private static IEnumerable<TestCaseData> Hostile =>
    [
        Case("package", "package " + Repeat("a.", 400_000) + "a;"),
        Case("type name", "message M { " + Repeat("a.", 400_000) + "a x = 1; }"),
        Case("option name", "option " + Repeat("a.", 200_000) + "a = {" + Repeat("a:1 ", 100_000) + "};"),
        Case("messages in messages", Repeat("message " + new string('a', 200) + "{", 3) + Repeat("message M{}", 30_000)),
        Case("deep messages", Repeat("message M{", 80_000)),
        Case("deep values", "option a = " + Repeat("{a:", 250_000)),
        Case("deep lists", "option a = {" + Repeat("a:[", 250_000)),
        Case("imports", Repeat("import \"a\";", 80_000)),
        Case("fields", "message M {" + string.Concat(Enumerable.Range(1, 15_000).Select(i => $"optional string f{i} = {i};")) + "}"),
        Case("brackets", Repeat("[(<{", 200_000)),
        Case("comment", "/*" + Repeat("/*", 400_000)),
        Case("text", "option a = \"" + Repeat("\\", 800_000)),
        Case("pieces of text", "option a = " + Repeat("\"\" ", 300_000)),
        Case("number", "option a = " + new string('9', 900_000) + ";"),
        Case("digits of an octal", "option a = " + new string('0', 900_000) + ";"),
    ];

    /// <summary>
    /// Messages of which Google refuses the same bytes. In others its reader takes blocks of negative length and trips over
    /// wrappers, and ours does not look into the member of a oneof that a later one replaces.
    /// </summary>
    private static readonly string[] SameRefusals = [nameof(Scalars), nameof(Optionals), nameof(Tree), nameof(Words)];

    [Test]
    public void Parse_ChangedText_GivesASetOrTheTypedError()
    {
        var texts = ProtoFiles.Forms.Concat(ProtoFiles.Samples).ToDictionary();
        var changes = from name in Gen.Elements(texts.Keys.AsEnumerable())
                      from text in Changed(texts[name].ToCharArray(), Gen.Elements("{}[]()<>;=.,:-\"'\\/*0x9 \n\uFEFFé\0message".ToCharArray()))
                      select (name, new string(text));

        Check.One(Config.WithMaxTest(400), Prop.ForAll(changes.ToArbitrary(), change =>
        {
            var files = new Dictionary<string, string>(texts) { [change.name] = change.Item2 };
            _ = Throws<ProtoParseException>(() => ProtoSet.Parse(files));
            return true; // any other exception fails the property
        }));
    }

    [Test]
    public void FromWire_ChangedBytes_AgreesWithGoogleOnWhatCanBeRead()
    {
        var compiled = EverythingReflection.Descriptor.MessageTypes;
        var changes = from message in Gen.Elements(compiled.AsEnumerable())
                      from wire in WireGenerator.Message(message)
                      from bytes in Changed(wire, Gen.Choose(0, 255).Select(b => (byte)b))
                      select (message, bytes);

        Check.One(Config.WithMaxTest(1000).WithEndSize(30), Prop.ForAll(changes.ToArbitrary(), change =>
        {
            var isRefused = Throws<ProtoJsonException>(() => ProtoJson.FromWire(ProtoFiles.Message(change.message.FullName), change.bytes));
            return !SameRefusals.Contains(change.message.Name)
                || isRefused == Throws<InvalidProtocolBufferException>(() => change.message.Parser.ParseFrom(change.bytes));
        }));
    }

    [Test]
    public void ToWire_ChangedJson_GivesBytesOrTheTypedError()
    {
        var changes = from message in Gen.Elements(ProtoFiles.Set.Files.SelectMany(file => file.MessageTypes))
                      from wire in WireGenerator.Message(message)
                      from parts in Changed(
                          Regex.Split(ProtoJson.FromWire(message, wire).ToJsonString(), @"(?<=[,:{}[\]])|(?=[,:{}[\]])"),
                          Gen.Elements("null", "true", "{}", "[]", "-1", "1e30", "\"\"", "\"x\"", "[null]", "{\"a\":1}", "\"NaN\"", "\"9s\""))
                      select (message, json: string.Concat(parts));

        Check.One(Config.WithMaxTest(500).WithEndSize(20), Prop.ForAll(changes.ToArbitrary(), change =>
        {
            if (!Throws<JsonException>(() => JsonDocument.Parse(change.json).Dispose()) && JsonNode.Parse(change.json) is JsonObject json)
                _ = Throws<ProtoJsonException>(() => ProtoJson.ToWire(change.message, json));
            return true;
        }));
    }

    [TestCaseSource(nameof(Hostile))]
    public void Parse_HostileText_EndsSoon(string text)
    {
        var clock = Stopwatch.StartNew();

        _ = Throws<ProtoParseException>(() => ProtoSet.Parse(new Dictionary<string, string> { ["a.proto"] = "syntax = 'proto3';" + text }));

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    /// <summary>Removes, doubles, replaces or inserts pieces at random places.</summary>
    private static Gen<T[]> Changed<T>(T[] input, Gen<T> part)
    {
        var change = from start in Gen.Choose(0, input.Length)
                     from length in Gen.Choose(0, Math.Min(8, input.Length - start))
                     from inserted in Gen.OneOf(
                         Gen.Constant(Array.Empty<T>()), part.Select(one => new[] { one }), Gen.Constant(input[start..(start + length)]))
                     from keeps in Gen.Elements(true, false)
                     select (start, end: keeps ? start : start + length, inserted);
        return from count in Gen.Choose(1, 3)
               from changes in Gen.ListOf(change, count)
               select changes.OrderByDescending(c => c.start)
                   .Aggregate(input, (text, c) => [.. text[..c.start], .. c.inserted, .. text[Math.Min(c.end, text.Length)..]]);
    }

    private static bool Throws<T>(Action action) where T : Exception
    {
        try
        {
            action();
            return false;
        }
        catch (T)
        {
            return true;
        }
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static TestCaseData Case(string name, string text) => new TestCaseData(text).SetArgDisplayNames(name);
}
