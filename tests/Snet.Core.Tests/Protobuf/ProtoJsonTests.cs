using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Snet.Ethereum;
using Snet.Protobuf;
using Snet.Tests.Everything;

namespace Snet.Tests.Protobuf;

public class ProtoJsonTests
{
    /// <summary>JSON that its field cannot hold, each with the words of the error.</summary>
    private static IEnumerable<TestCaseData> Wrong =>
    [
        Case("Scalars", """{ "bytes_value": "*" }""", "bytes_value: expected base64 text"),
        Case("Scalars", """{ "bytes_value": [1] }""", "bytes_value: expected base64 text"),
        Case("Scalars", """{ "bytes_value": "A" }""", "bytes_value: expected base64 text"),
        Case("Scalars", """{ "string_value": 1 }""", "string_value: expected a text"),
        Case("Scalars", """{ "bool_value": "true" }""", "bool_value: expected true or false"),
        Case("Scalars", """{ "int32_value": 2147483648 }""", "int32_value: expected a whole number from -2147483648 to 2147483647"),
        Case("Scalars", """{ "int32_value": 1.5 }""", "int32_value: expected a whole number from -2147483648 to 2147483647"),
        Case("Scalars", """{ "uint32_value": -1 }""", "uint32_value: expected a whole number from 0 to 4294967295"),
        Case("Scalars", """{ "int64_value": "9223372036854775808" }""", "int64_value: expected a whole number from -9223372036854775808 to 9223372036854775807"),
        Case("Scalars", """{ "uint64_value": "one" }""", "uint64_value: expected a whole number from 0 to 18446744073709551615"),
        Case("Scalars", """{ "uint64_value": 1e99 }""", "uint64_value: expected a whole number from 0 to 18446744073709551615"),
        Case("Scalars", """{ "float_value": 1e39 }""", "float_value: expected a number in range, or the text NaN, Infinity or -Infinity"),
        Case("Scalars", """{ "double_value": 1e999 }""", "double_value: expected a number in range, or the text NaN, Infinity or -Infinity"),
        Case("Scalars", """{ "shade": "LIGHT" }""", "shade: expected a number or one of SHADE_NONE, SHADE_DARK"),
        Case("Scalars", """{ "shade": 1, "shade": 1 }""", "the JSON object has two members of one name"),
        Case("Scalars", """{ "int32Value": 1, "int32_value": 1 }""", "the field int32_value is given twice"),
        Case("Tree", """{ "nmae": "x" }""", "nmae: snet.tests.everything.Tree has no such field; it has name, children, left, leaf"),
        Case("Tree", """{ "left": { "children": [ {}, { "name": 5 } ] } }""", "left.children[1].name: expected a text"),
        Case("Tree", """{ "left": "x" }""", "left: expected a JSON object"),
        Case("Tree", """{ "children": {} }""", "children: expected a JSON array"),
        Case("Tree", """{ "children": [ null ] }""", "children[0]: null has no place in a list or map"),
        Case("Maps", """{ "texts": [] }""", "texts: expected a JSON object"),
        Case("Maps", """{ "texts": { "a.b": null } }""", "texts.a.b: null has no place in a list or map"),
        Case("Maps", """{ "kinds": { "1": "KIND_FIRST" } }""", "kinds.1: expected true or false as key"),
        Case("Maps", """{ "scalars_by_number": { "x": {} } }""", "scalars_by_number.x: expected a whole number from -2147483648 to 2147483647 as key"),
        Case("Choice", """{ "text": "", "number": 0 }""", "more than one field of the oneof choice is given"),
        Case("WellKnown", """{ "timestamp": "2025-11-21" }""", "timestamp: expected a time such as 2025-11-21T10:00:00Z"),
        Case("WellKnown", """{ "timestamp": "2025-02-30T10:00:00Z" }""", "timestamp: expected a time such as 2025-11-21T10:00:00Z"),
        Case("WellKnown", """{ "duration": "1.5" }""", "duration: expected a duration such as 1.5s"),
        Case("WellKnown", """{ "duration": "315576000001s" }""", "duration: expected a duration such as 1.5s"),
        Case("WellKnown", """{ "list": {"a":1} }""", "list.a: google.protobuf.ListValue has no such field; it has values"),
        Case("WellKnown", """{ "int32_wrapper": "x" }""", "int32_wrapper.value: expected a whole number from -2147483648 to 2147483647"),
    ];

    /// <summary>Values in several spellings, with the one that comes back.</summary>
    private static IEnumerable<TestCaseData> Spellings =>
    [
        new("Scalars", """{ "int64Value": "1e3" }""", "int64_value", "\"1000\""),
        new("Scalars", """{ "uint64_value": 18446744073709551615 }""", "uint64_value", "\"18446744073709551615\""),
        new("Scalars", """{ "int32_value": -1.0 }""", "int32_value", "-1"),
        new("Scalars", """{ "bytes_value": "-_8" }""", "bytes_value", "\"+/8=\""),
        new("Scalars", """{ "bytes_value": "+/8=" }""", "bytes_value", "\"+/8=\""),
        new("Scalars", """{ "bytes_value": "_w" }""", "bytes_value", "\"/w==\""),
        new("Scalars", """{ "bytes_value": "AAAA" }""", "bytes_value", "\"AAAA\""),
        new("Scalars", """{ "double_value": "-Infinity" }""", "double_value", "\"-Infinity\""),
        new("Scalars", """{ "float_value": "NaN" }""", "float_value", "\"NaN\""),
        new("Scalars", """{ "float_value": "1.5" }""", "float_value", "1.5"),
        new("Scalars", """{ "double_value": -0.0 }""", "double_value", "-0"),
        new("Scalars", """{ "kind": 1 }""", "kind", "\"KIND_FIRST\""),
        new("Scalars", """{ "kind": "KIND_ALSO_FIRST" }""", "kind", "\"KIND_FIRST\""),
        new("Scalars", """{ "kind": 77 }""", "kind", "77"),
        new("Scalars", """{ "string_value": null }""", "string_value", "\"\""),
        new("Choice", """{ "nothing": null }""", "nothing", "null"),
        new("Choice", """{ "text": "" }""", "text", "\"\""),
        new("Maps", """{ "kindsByFlag": { "true": -1 } }""", "kinds", """{"true":"KIND_NEGATIVE"}"""),
        new("WellKnown", """{ "timestamp": "2025-11-21T12:00:00.123+02:00" }""", "timestamp", "\"2025-11-21T10:00:00.123Z\""),
        new("WellKnown", """{ "timestamp": "0001-01-01T00:00:00Z" }""", "timestamp", "\"0001-01-01T00:00:00Z\""),
        new("WellKnown", """{ "timestamp": "9999-12-31T23:59:59.999999999Z" }""", "timestamp", "\"9999-12-31T23:59:59.999999999Z\""),
        new("WellKnown", """{ "timestamp": { "seconds": -1000000000000 } }""", "timestamp", """{"seconds":"-1000000000000","nanos":0}"""),
        new("WellKnown", """{ "duration": "-0.5s" }""", "duration", "\"-0.500s\""),
        new("WellKnown", """{ "mask": "a,bC.dE" }""", "mask", "\"a,bC.dE\""),
        new("WellKnown", """{ "mask": { "paths": ["a", "B,c"] } }""", "mask", """{"paths":["a","B,c"]}"""),
        new("WellKnown", """{ "mask": "" }""", "mask", "\"\""),
        new("WellKnown", """{ "value": null }""", "value", "null"),
        new("WellKnown", """{ "struct": { "a": [ 1, "x", true, null, {} ] } }""", "struct", """{"a":[1,"x",true,null,{}]}"""),
        new("WellKnown", """{ "bytes_wrapper": "" }""", "bytes_wrapper", "\"\""),
        new("WellKnown", """{ "empty": {} }""", "empty", "{}"),
        new("Opaque", """{ "any": { "type_url": "t/p.M", "value": "AA" } }""", "any", """{"type_url":"t/p.M","value":"AA=="}"""),
    ];

    [TestCaseSource(nameof(Wrong))]
    public void ToWire_WrongValue_NamesThePlaceAndWhatIsExpected(string message, string json, string problem)
    {
        var error = Should.Throw<ProtoJsonException>(() => ProtoJson.ToWire(Message(message), Json(json)));

        error.Message.ShouldBe(problem);
    }

    [TestCaseSource(nameof(Spellings))]
    public void ToWire_Spelling_ComesBackInItsOneForm(string message, string json, string name, string expected)
    {
        var read = ProtoJson.FromWire(Message(message), ProtoJson.ToWire(Message(message), Json(json)));

        read.ContainsKey(name).ShouldBeTrue();
        (read[name]?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null").ShouldBe(expected);
    }

    [Test]
    public void FromWire_NothingOnTheWire_ShowsFieldsWithoutPresenceOnly()
    {
        ProtoJson.FromWire(Message("Optionals"), []).ToJsonString().ShouldBe("""{"plain":""}""");
        ProtoJson.FromWire(Message("Choice"), []).ToJsonString().ShouldBe("""{"before":""}""");
        ProtoJson.FromWire(Message("Tree"), []).ToJsonString().ShouldBe("""{"name":"","children":[]}""");
        ProtoJson.FromWire(ProtoFiles.Message("service.SttResp"), [])["result"]!.GetValue<string>().ShouldBe("");
    }

    [Test]
    public void ToWire_ValuesOfDotNetTypes_AreTakenAsTheirJson()
    {
        var wire = ProtoJson.ToWire(Message("Scalars"), new JsonObject
        {
            ["int64_value"] = (short)-5, ["uint64_value"] = 7, ["double_value"] = 1.5f, ["float_value"] = 2m,
            ["string_value"] = Guid.Empty, ["kind"] = 1L, ["fixed64_value"] = 3.0,
        });

        Scalars.Parser.ParseFrom(wire).ShouldBe(new Scalars
        {
            Int64Value = -5, Uint64Value = 7, DoubleValue = 1.5, FloatValue = 2,
            StringValue = Guid.Empty.ToString(), Kind = Kind.First, Fixed64Value = 3,
        });
    }

    [Test]
    public void ToWire_DotNetTime_IsTakenAsTimestamp()
    {
        var wire = ProtoJson.ToWire(Message("WellKnown"), new JsonObject { ["timestamp"] = DateTimeOffset.UnixEpoch.AddTicks(12) });

        WellKnown.Parser.ParseFrom(wire).Timestamp.Nanos.ShouldBe(1200);
    }

    [Test]
    public void ToWire_Lists_ArePackedAsTheFileSays()
    {
        var lists = new Lists
        {
            Doubles = { 1, -1 }, Floats = { 1 }, Sint32S = { -1, 300 }, Uint64S = { 1, 2 },
            Bools = { true, false }, Strings = { "", "a" }, Kinds = { Kind.First },
        };
        var json = Json("""
            { "doubles": [1, -1], "floats": [1], "sint32s": [-1, 300], "uint64s": [1, 2],
              "bools": [true, false], "strings": ["", "a"], "kinds": [1], "scalars": [] }
            """);

        Hex.Encode(ProtoJson.ToWire(Message("Lists"), json)).ShouldBe(Hex.Encode(lists.ToByteArray()));
    }

    [Test]
    public void Both_MessageOfProto2_AgreeWithGoogle()
    {
        var old = new Legacy.Old { Name = "", Count = 0, Level = Legacy.Level.High, Numbers = { 1, 2 }, PackedNumbers = { 3, 4 }, Two = 0 };
        var message = ProtoFiles.Message("snet.tests.legacy.Old");

        var json = ProtoJson.FromWire(message, old.ToByteArray());

        json.ToJsonString().ShouldBe(
            """{"name":"","count":0,"level":"HIGH","numbers":[1,2],"packed_numbers":[3,4],"counts":{},"two":0}""");
        ProtoJson.ToWire(message, json).ShouldBe(old.ToByteArray());
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void ToWire_NumberThatJsonDoesNotHave_IsRefused(double number) =>
        Should.Throw<ProtoJsonException>(() => ProtoJson.ToWire(Message("Scalars"), new JsonObject { ["double_value"] = number })).Path.ShouldBe("double_value");

    [Test]
    public void FromWire_MessageInTwoParts_IsMerged()
    {
        // left = { name "a", left {} }, then left = { name "b", children [ {} ] }
        var read = ProtoJson.FromWire(Message("Tree"), Hex.Decode("0x1a050a01611a00" + "1a050a01621200"));

        read["left"]!.ToJsonString().ShouldBe("""{"name":"b","children":[{"name":"","children":[]}],"left":{"name":"","children":[]}}""");
    }

    [Test]
    public void FromWire_TwoFieldsOfAOneof_TheLastOneStays() =>
        ProtoJson.FromWire(Message("Choice"), Hex.Decode("0x12016118052200")).ToJsonString().ShouldStartWith("""{"before":"","scalars":{""");

    [Test]
    public void FromWire_FieldsThatTheTypeDoesNotKnow_AreLeftOut()
    {
        // Field 100 in every wire type, a group among them, and field 1 in another wire type than its own.
        var unknown = "0xa00601" + "a1060000000000000000" + "a2060161" + "a306a00601a406" + "a50600000000" + "0805";

        ProtoJson.FromWire(ProtoFiles.Message("service.SttResp"), Hex.Decode(unknown + "0a0161")).ToJsonString().ShouldBe("""{"result":"a"}""");
    }

    [TestCase("0x0a05", "the bytes are no")]
    [TestCase("0x0a", "the bytes are no")]
    [TestCase("0x00", "the bytes are no")]
    [TestCase("0x1affffffff07", "a field inside is longer than the message")]
    [TestCase("0x1affffffff0f", "a field inside is longer than the message")]
    [TestCase("0x1a020a05", "left: the bytes are no snet.tests.everything.Tree")]
    [TestCase("0x0c", "the bytes are no")]
    [TestCase("0x16", "the wire type 6 does not exist")]
    [TestCase("0xffffffffffffffffffffff", "the bytes are no")]
    public void FromWire_BrokenBytes_AreRefused(string wire, string problem) =>
        Should.Throw<ProtoJsonException>(() => ProtoJson.FromWire(Message("Tree"), Hex.Decode(wire))).Message.ShouldContain(problem);

    [Test]
    public void Both_MessagesAtAndBeyondTheDepthLimit_AreReadAndRefused()
    {
        var json = new JsonObject();
        for (var depth = 1; depth < ProtoJson.MaxDepth; depth++)
            json = new JsonObject { ["left"] = json };
        var wire = ProtoJson.ToWire(Message("Tree"), json);
        ProtoJson.ToWire(Message("Tree"), ProtoJson.FromWire(Message("Tree"), wire)).ShouldBe(wire);

        Should.Throw<ProtoJsonException>(() => ProtoJson.ToWire(Message("Tree"), new JsonObject { ["left"] = json })).Message.ShouldContain("deeper than 100");
        byte[] deeper = [0x1a, .. Varint(wire.Length), .. wire];
        Should.Throw<ProtoJsonException>(() => ProtoJson.FromWire(Message("Tree"), deeper)).Message.ShouldContain("deeper than 100");
    }

    [Test]
    public void FromWire_FewBytesThatStandForEndlessDefaults_AreRefused()
    {
        var wire = new byte[1_000_000];
        for (var i = 0; i < wire.Length; i += 2)
            wire[i] = 0x52; // Lists.scalars, empty, half a million times; each has 17 fields

        Should.Throw<ProtoJsonException>(() => ProtoJson.FromWire(Message("Lists"), wire)).Message.ShouldContain("more than 4000000 fields");
    }

    [TestCase("StringValue", """{"value":"x"}""")]
    [TestCase("Timestamp", """{"seconds":"1","nanos":2}""")]
    [TestCase("Value", """{"bool_value":true}""")]
    [TestCase("ListValue", """{"values":[1]}""")]
    [TestCase("Struct", """{"a":{"b":null}}""")]
    [TestCase("Empty", "{}")]
    public void Both_WellKnownTypeAsTheWholeMessage_IsAnObject(string type, string json)
    {
        var message = ProtoSet.Parse(new Dictionary<string, string>
        {
            ["a.proto"] = "syntax = 'proto3';" + string.Concat(new[] { "wrappers", "timestamp", "struct", "empty" }.Select(file => $"import 'google/protobuf/{file}.proto';"))
                + $"service S {{ rpc m(google.protobuf.{type}) returns (google.protobuf.{type}); }}",
        }).FindMethod("m")[0].Input;

        ProtoJson.FromWire(message, ProtoJson.ToWire(message, Json(json))).ToJsonString().ShouldBe(json);
    }

    [Test]
    public void ToWire_ObjectOfAnotherOwner_IsLeftAsItWas()
    {
        var json = Json("""{ "struct": { "a": [ { "b": 1 } ] }, "list": [ 1 ], "value": { "x": [] } }""");
        var before = json.ToJsonString();

        ProtoJson.ToWire(Message("WellKnown"), json);

        json.ToJsonString().ShouldBe(before);
    }

    private static byte[] Varint(int value) => [(byte)(value | 0x80), (byte)(value >> 7)];

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static MessageDescriptor Message(string name) => ProtoFiles.Message("snet.tests.everything." + name);

    private static TestCaseData Case(string message, string json, string problem) =>
        new TestCaseData(message, json, problem).SetArgDisplayNames(message, json);
}
