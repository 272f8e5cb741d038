using Google.Protobuf.Reflection;
using Snet.Protobuf;

namespace Snet.Tests.Protobuf;

public class ProtoParserTests
{
    /// <summary>Wrong texts, each with the place and the words of the error.</summary>
    private static IEnumerable<TestCaseData> Wrong =>
    [
        Case("message M { string s = 1 }", 1, 26, "expected ';', found '}'"),
        Case("message M {\n  string s = 1;\n", 3, 1, "expected the type of a field, found the end of the file"),
        Case("message { }", 1, 9, "expected the message's name, found '{'"),
        Case("message M { string s = 0; }", 1, 24, "expected a field number from 1 to 536870911"),
        Case("message M { string s = 536870912; }", 1, 24, "expected a field number from 1 to 536870911"),
        Case("message M { string s = -1; }", 1, 24, "expected a field number, found '-'"),
        Case("message M { string s = 19000; }", 1, 24, "the numbers 19000 to 19999 are reserved for Protocol Buffers itself"),
        Case("message M { string s = 1;\n string t = 1; }", 2, 2, "the number 1 is taken by \"s\""),
        Case("message M { string s = 1;\n string s = 2; }", 2, 2, "\"M.s\" is defined a second time"),
        Case("message M {} enum M { A = 0; }", 1, 14, "\"M\" is defined a second time"),
        Case("enum E { A = 0; } enum F { A = 0; }", 1, 28, "\"A\" is defined a second time"),
        Case("enum E { A = 2147483648; }", 1, 14, "expected a number from -2147483648 to 2147483647"),
        Case("enum E { }", 1, 1, "this enum has no value"),
        Case("message M { oneof o { } }", 1, 13, "this oneof has no field"),
        Case("message M { oneof o { repeated string s = 1; } }", 1, 23, "expected a field without a label, since this is a oneof, found 'repeated'"),
        Case("message M { map<float, string> m = 1; }", 1, 17, "expected a whole-number type, bool or string as the key of a map"),
        Case("message M { map<M, string> m = 1; }", 1, 17, "expected a whole-number type, bool or string as the key of a map"),
        Case("message M { Nowhere n = 1; }", 1, 13, "\"Nowhere\" is unknown here; expected a type of this file or its imports"),
        Case("service S { rpc m(Nowhere) returns (M); } message M {}", 1, 13, "\"Nowhere\" is unknown here; expected a message of this file or its imports"),
        Case("service S { rpc m(E) returns (E); } enum E { A = 0; }", 1, 13, "expected a message, and \"E\" is an enum"),
        Case("service S { rpc m(M) return (M); } message M {}", 1, 22, "expected 'returns', found 'return'"),
        Case("option (a).b = { c: };", 1, 21, "expected the option's value, found '}'"),
        Case("option a = 1.2.3;", 1, 12, "'1.2.3' is no number"),
        Case("option a = 09;", 1, 12, "'09' is no number"),
        Case("option a = 0x;", 1, 12, "'0x' is no number"),
        Case("option a = \"b", 1, 12, "this text does not end; expected \" in the same line"),
        Case("option a = \"\\q\";", 1, 13, "this escape is unknown; a backslash itself is written \\\\"),
        Case("option a = \"\\ud800\";", 1, 13, "expected 4 hexadecimal digits that name a character"),
        Case("message M { string s = 1 [json_name = 5]; }", 1, 39, "expected a text for json_name"),
        Case("message M { repeated int32 s = 1 [packed = 5]; }", 1, 44, "expected true or false for packed"),
        Case("/* no end", 1, 1, "this comment does not end; expected */"),
        Case("message Mé {}", 1, 10, "the character U+00E9 has no place here"),
        Case("package a; package b;", 1, 12, "the package is given a second time"),
        Case("import \"training.proto\"; import \"training.proto\";", 1, 26, "\"training.proto\" is imported a second time"),
        Case("mesage M {}", 1, 1, "expected package, import, option, message, enum, extend or service, found 'mesage'"),
        Case("message M { required string s = 1; }", 1, 13, "expected a field that is not required, since proto3 has none, found 'required'"),
        Case("message M { repeated group G = 1 {} }", 1, 22, "expected a type; groups are not supported, found 'group'"),
        Case(Nested("message M {", 40), 1, (32 * 11) + 1, "messages nest deeper than 32"),
        Case("option a = " + Nested("{ a:", 40), 1, 11 + (32 * 4) + 1, "expected option values no deeper than 32, found '{'"),
        Case("package " + Nested("a.", 300) + "a;", 1, 8 + 514, "expected a name of at most 512 characters, found '.'"),
        Case("option " + Nested("a.", 40) + "a = 1;", 1, 7 + 64, "expected '=', found '.'"),
        Case(Nested($"message {new string('m', 200)} {{ ", 3) + "}}}", 1, (2 * 211) + 1, $"the full name of \"{new string('m', 200)}\" is longer than 512 characters"),
        Case($"message {new string('M', 256)} {{}}", 1, 9, "this name is longer than 255 characters"),
    ];

    [TestCaseSource(nameof(Wrong))]
    public void Parse_WrongText_TellsWhereAndWhatWasExpected(string text, int line, int column, string problem)
    {
        var error = Should.Throw<ProtoParseException>(() => Parse("syntax = 'proto3';\n" + text));

        error.Message.ShouldBe($"a.proto({line + 1},{column}): {problem}");
        (error.File, error.Line, error.Column).ShouldBe(("a.proto", line + 1, column));
    }

    [TestCase("syntax = \"proto4\";", "a.proto(1,10): \"proto4\" is unknown; expected proto2 or proto3")]
    [TestCase("edition = \"1999\";", "a.proto(1,11): \"1999\" is unknown; expected edition 2023 or 2024")]
    [TestCase("message M { string s = 1; }", "a.proto(1,13): expected optional, required or repeated, found 'string'")]
    [TestCase("syntax = \"proto3\"", "a.proto(1,18): expected ';', found the end of the file")]
    public void Parse_WrongSyntaxLevel_TellsWhatIsKnown(string text, string expected) =>
        Should.Throw<ProtoParseException>(() => Parse(text)).Message.ShouldBe(expected);

    [Test]
    public void Parse_Edition_GivesPresenceUnlessItIsImplicit()
    {
        var file = Parse("""
            edition = "2023";
            option features.repeated_field_encoding = EXPANDED;
            message M {
              string has = 1;
              string has_not = 2 [features.field_presence = IMPLICIT];
              repeated int32 unpacked = 3;
              repeated int32 packed = 4 [features = { repeated_field_encoding: PACKED }];
              oneof o { int32 a = 5; }
              map<string, int32> m = 6;
              E e = 7;
              reserved old, older;
            }
            enum E { ONE = 1; }
            """);
        var fields = file.MessageTypes[0].Fields;

        fields.InFieldNumberOrder().Select(field => field.HasPresence).ShouldBe([true, false, false, false, true, false, true]);
        (fields["unpacked"].IsPacked, fields["packed"].IsPacked).ShouldBe((false, true));
        file.MessageTypes[0].RealOneofCount.ShouldBe(1);
        file.MessageTypes[0].NestedTypes[0].Oneofs.ShouldBeEmpty();
    }

    [Test]
    public void Parse_EditionWithGroups_IsRefused() =>
        Should.Throw<ProtoParseException>(() => Parse("edition = '2023'; message M { M m = 1 [features.message_encoding = DELIMITED]; }"))
            .Message.ShouldContain("groups are not supported");

    [TestCase("\uFEFFsyntax = 'proto3';\r\n\tmessage M { }\r\n")]
    [TestCase("// nothing but a comment, and no line end")]
    [TestCase("")]
    [TestCase("syntax='proto3';;;message M{;;}service S{;;rpc m(M)returns(M){;};}")]
    [TestCase("syntax = 'proto3'; option a = -0x10; option b = .5e-3; option c = 1e+5; option d = 18446744073709551616; option e = -inf; option f = nan;")]
    [TestCase("syntax = 'proto3'; message M { string s = 1 [(a) = { [b.c]: 1 [type.googleapis.com/d.E] { f: [] } g: [ {}, <> ] }]; }")]
    public void Parse_UnusualText_IsRead(string text) => Parse(text);

    private static TestCaseData Case(string text, int line, int column, string problem) =>
        new TestCaseData(text, line, column, problem).SetArgDisplayNames(problem);

    private static string Nested(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static FileDescriptor Parse(string text) => ProtoSet.Parse(new Dictionary<string, string> { ["a.proto"] = text }).Files[0];
}
