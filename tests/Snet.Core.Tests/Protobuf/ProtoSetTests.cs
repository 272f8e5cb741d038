using Snet.Protobuf;

namespace Snet.Tests.Protobuf;

public class ProtoSetTests
{
    private static readonly ProtoSet Samples = ProtoSet.Parse(ProtoFiles.Samples);

    private static ProtoMethod Method(string name, string? service = null) => Samples.FindMethod(name, service).ShouldHaveSingleItem();

    [Test]
    public void Parse_SampleArchive_ListsItsOwnFilesAndServicesOnly()
    {
        Samples.Files.Select(file => file.Name).ShouldBe(["health.proto", "pricing.proto", "service.proto", "priced.proto"], ignoreOrder: true);
        Samples.Services.Select(service => service.FullName)
            .ShouldBe(["grpc.health.v1.Health", "service.ExampleService", "service.Calculator", "service.Priced"], ignoreOrder: true);
    }

    [Test]
    public void Parse_MethodWithModelId_TellsTheFieldAndItsOptions()
    {
        var method = Method("stt");

        method.TrainingModelIdField!.Name.ShouldBe("model_id");
        method.GetTextOption("training.dataset_type").ShouldBe("zip, tar.gz");
        method.GetTextOption("training.dataset_description").ShouldBe("Additional requirements");
        method.GetNumberOption("training.dataset_max_size_single_file_mb").ShouldBe(10ul);
        method.GetNumberOption("training.dataset_type").ShouldBeNull();
        method.GetTextOption("training.max_models_per_user").ShouldBeNull();
        method.GetTextOption("training.unknown").ShouldBeNull();
    }

    [Test]
    public void Parse_MethodWithoutModelId_IsNotTrainable() => Method("basic_stt").TrainingModelIdField.ShouldBeNull();

    [Test]
    public void Parse_Method_TellsHowToCallIt()
    {
        var method = Method("running");

        method.Path.ShouldBe("/service.Calculator/running");
        (method.Package, method.ServiceName, method.ServiceFullName, method.Name).ShouldBe(("service", "Calculator", "service.Calculator", "running"));
        (method.Input.FullName, method.Output.FullName).ShouldBe(("service.Numbers", "service.Result"));
        (method.IsClientStreaming, method.IsServerStreaming).ShouldBe((true, true));
        (Method("count").IsClientStreaming, Method("count").IsServerStreaming).ShouldBe((false, true));
        (Method("sum").IsClientStreaming, Method("sum").IsServerStreaming).ShouldBe((true, false));
    }

    [Test]
    public void Parse_OptionOfAField_IsReadUnderItsFullName() =>
        Method("work").GetTextOption("pricing.my_method_option.estimatePriceMethod").ShouldBe("/service.Priced/price_of_work");

    [Test]
    public void Parse_OptionInBraces_ReadsAsTheDottedOne()
    {
        var files = ProtoFiles.Samples.ToDictionary();
        files["priced.proto"] = files["priced.proto"].Replace(
            ".estimatePriceMethod = \"/service.Priced/price_of_work\";", " = { estimatePriceMethod: '/service.Priced/price_of_work' };", StringComparison.Ordinal);

        ProtoSet.Parse(files).FindMethod("work")[0].GetTextOption("pricing.my_method_option.estimatePriceMethod").ShouldBe("/service.Priced/price_of_work");
    }

    [Test]
    public void Parse_OptionsOfEveryForm_AreReadUnderFullNames()
    {
        var server = ProtoFiles.Set.FindMethod("ServerStream")[0];
        var both = ProtoFiles.Set.FindMethod("BothStreams")[0];

        server.GetTextOption("snet.tests.everything.text").ShouldBe("one two\nAB\u00e9");
        both.GetTextOption("snet.tests.everything.note.text").ShouldBe("dotted");
        both.GetNumberOption("snet.tests.everything.whole").ShouldBeNull("it is negative");
    }

    [Test]
    public void FindMethod_NameOfTwoServices_GivesBothUnlessTheServiceIsNamed()
    {
        var set = Parse("package p; service A { rpc m(M) returns (M); } service B { rpc m(M) returns (M); } message M {}");

        set.FindMethod("m").Count.ShouldBe(2);
        set.FindMethod("m", "B").ShouldHaveSingleItem().Path.ShouldBe("/p.B/m");
        set.FindMethod("m", "p.B").ShouldHaveSingleItem().ServiceName.ShouldBe("B");
        set.FindMethod("/p.A/m").ShouldHaveSingleItem().ServiceName.ShouldBe("A");
        set.FindMethod("M").ShouldBeEmpty();
    }

    [Test]
    public void Parse_NoPackage_LeavesTheDotAway()
    {
        var method = Parse("service S { rpc m(M) returns (M) {} } message M {}").FindMethod("m")[0];

        method.Path.ShouldBe("/S/m");
        (method.Package, method.ServiceFullName).ShouldBe(("", "S"));
    }

    [TestCase("training.ModelID any_name = 7;", "any_name")]
    [TestCase("string a = 1; .training.ModelID training = 2; training.ModelID third = 3;", "training")]
    [TestCase("string model_id = 1;", null)]
    [TestCase("ModelID model_id = 1; message ModelID {}", null)]
    public void Parse_RequestWithFields_FindsTheModelIdByItsType(string fields, string? expected) =>
        Parse($"import \"training.proto\"; message M {{ {fields} }} service S {{ rpc m(M) returns (M); }}")
            .FindMethod("m")[0].TrainingModelIdField?.Name.ShouldBe(expected);

    [Test]
    public void Parse_SetWithItsOwnTrainingProto_TakesThatOne()
    {
        var set = ProtoSet.Parse(new Dictionary<string, string>
        {
            ["a.proto"] = Proto3("import \"training.proto\"; service S { rpc m(training.ModelID) returns (training.Own); }"),
            ["training.proto"] = Proto3("package training; message ModelID {} message Own {}"),
        });

        set.FindMethod("m")[0].Output.FullName.ShouldBe("training.Own");
    }

    [Test]
    public void Parse_ImportWithFolders_FindsTheFileByItsBareName()
    {
        var set = ProtoSet.Parse(new Dictionary<string, string>
        {
            ["a.proto"] = Proto3("import \"deep/folder/b.proto\"; import \"x/training.proto\"; message A { B b = 1; training.ModelID id = 2; }"),
            ["protos/b.proto"] = Proto3("message B {}"),
        });

        set.Files.Select(file => file.Name).ShouldBe(["protos/b.proto", "a.proto"]);
    }

    [Test]
    public void Parse_PublicImport_IsSeenByImporters()
    {
        var files = new Dictionary<string, string>
        {
            ["a.proto"] = Proto3("import \"b.proto\"; message A { C c = 1; }"),
            ["b.proto"] = Proto3("import public \"c.proto\";"),
            ["c.proto"] = Proto3("message C {}"),
        };
        ProtoSet.Parse(files).Files.Count.ShouldBe(3);

        files["b.proto"] = files["b.proto"].Replace("public", "", StringComparison.Ordinal);
        Should.Throw<ProtoParseException>(() => ProtoSet.Parse(files)).Message.ShouldStartWith("a.proto(1,48): \"C\" is unknown here");
    }

    [TestCase(".b.C")]
    [TestCase("b.C", false)]
    public void Parse_FirstWordOfANameInAnInnerScope_HidesTheOuterOne(string name, bool isFound = true)
    {
        var files = new Dictionary<string, string>
        {
            ["a.proto"] = Proto3($"package a; import \"b.proto\"; message b {{}} message M {{ {name} c = 1; }}"),
            ["b.proto"] = Proto3("package b; message C {}"),
        };

        if (isFound)
            ProtoSet.Parse(files).Files[1].MessageTypes[1].Fields[1].MessageType.FullName.ShouldBe("b.C");
        else
            Should.Throw<ProtoParseException>(() => ProtoSet.Parse(files)).Message.ShouldContain("\"b.C\" is unknown here");
    }

    [TestCase("import \"nowhere/b.proto\";", "a.proto(1,18): the file \"nowhere/b.proto\" is imported and missing")]
    [TestCase("import \"a.proto\";", "a.proto(1,18): \"a.proto\" imports this file in turn")]
    [TestCase("import \"x/twice.proto\";", "a.proto(1,18): \"x/twice.proto\" is missing, and more than one file is called \"twice.proto\"")]
    public void Parse_ImportThatCannotBe_NamesIt(string import, string expected)
    {
        var files = new Dictionary<string, string> { ["a.proto"] = Proto3(import), ["1/twice.proto"] = Proto3(""), ["2/twice.proto"] = Proto3("") };

        Should.Throw<ProtoParseException>(() => ProtoSet.Parse(files)).Message.ShouldBe(expected);
    }

    [Test]
    public void Parse_FilesThatImportEachOther_AreRefused()
    {
        var files = new Dictionary<string, string> { ["a.proto"] = Proto3("import 'b.proto';"), ["b.proto"] = Proto3("import 'a.proto';") };

        Should.Throw<ProtoParseException>(() => ProtoSet.Parse(files)).Message.ShouldBe("b.proto(1,18): \"a.proto\" imports this file in turn");
    }

    /// <summary>Else a type that only bears the name of one with a JSON form of its own would be taken for it.</summary>
    [TestCase("google/protobuf/timestamp.proto")]
    [TestCase("timestamp.proto")]
    [TestCase("x/wrappers.proto")]
    public void Parse_SetWithItsOwnWellKnownFile_TakesGooglesOrNoneAtAll(string name)
    {
        var set = ProtoSet.Parse(new Dictionary<string, string>
        {
            ["a.proto"] = Proto3($"import \"{name}\"; message M {{ google.protobuf.Timestamp t = 1; }}"),
            [name] = Proto3("package google.protobuf; message Timestamp { string own = 7; } message Struct {} message Value {} enum NullValue { A = 5; }"),
        });
        var message = set.Files[^1].MessageTypes[0];
        var isGoogles = name == "google/protobuf/timestamp.proto";

        set.Files.Count.ShouldBe(isGoogles ? 1 : 2);
        ProtoJson.FromWire(message, [0x0a, 0x00])["t"]!.ToJsonString().ShouldBe(isGoogles ? "\"1970-01-01T00:00:00Z\"" : """{"own":""}""");
    }

    [Test]
    public void Parse_NameThatIsAPackageElsewhere_IsRefused()
    {
        var files = new Dictionary<string, string>
        {
            ["a.proto"] = Proto3("package p; import \"b.proto\"; message q {}"),
            ["b.proto"] = Proto3("package p.q;"),
        };

        Should.Throw<ProtoParseException>(() => ProtoSet.Parse(files)).Message.ShouldContain("p.q");
    }

    [Test]
    public void Parse_TextLongerThanAllowed_IsRefusedUnread()
    {
        var files = new Dictionary<string, string> { ["a.proto"] = new string('{', 101) };

        Should.Throw<ProtoParseException>(() => ProtoSet.Parse(files, maxLength: 100)).Message.ShouldBe("a.proto: the text has 101 characters; 100 are allowed");
    }

    private static ProtoSet Parse(string text) => ProtoSet.Parse(new Dictionary<string, string> { ["a.proto"] = Proto3(text) });

    private static string Proto3(string text) => "syntax='proto3'; " + text;
}
