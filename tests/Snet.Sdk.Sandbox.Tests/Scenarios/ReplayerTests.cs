using System.Text.Json.Nodes;
using Snet.Tests;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>The replayer itself: what it does not know, and what does not hold, fails by name.</summary>
[CancelAfter(60_000)]
internal sealed class ReplayerTests
{
    private const string Add = """{"step":"rpc","method":"/service.Calculator/add","request":{"a":1},""";

    private ScenarioPlatform _platform = null!;
    private string _folder = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory().FullName;
        _platform = await ScenarioPlatform.StartAsync(new ScenarioFile("x.json", [], [], []), "6.2.3");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _platform.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("""{"step":"dance"}""", "dance: this is a step that the replayer does not know")]
    [TestCase("""{"step":"mine","blocks":1,"fast":true}""", "members that the replayer does not know: fast")]
    [TestCase("""{"step":"mine"}""", "the step has no member 'blocks'")]
    [TestCase(Add + """ "expect":[3]}""", "'expect' is not an object")]
    [TestCase(Add + """ "headers":"none","expect":{"code":3}}""", "'headers' is not an object")]
    [TestCase("""{"step":"wait"}""", "the step has no member 'ms'")]
    [TestCase("""{"step":"let","vars":{"x":"$nobody"}}""", "there is no variable 'nobody'")]
    [TestCase("""{"step":"let","vars":{"x":"$alice.flat"}}""", "'$alice.flat' is a form that the replayer does not know")]
    [TestCase("""{"step":"let","vars":{"x":{"$twice":"a"}}}""", "'$twice' is an operation that the replayer does not know")]
    [TestCase("""{"step":"bytes","save":"x","parts":[["int8","1"]]}""", "'int8' is a type of part that the replayer does not know")]
    [TestCase("""{"step":"jwt","save":"x","claims":{},"secret":"s","alg":"RS256"}""", "'RS256' is a way of signing that the replayer does not know")]
    [TestCase("""{"step":"finish","name":"none"}""", "no call 'none' is running")]
    [TestCase("""{"step":"provider","model":"none","expect":{}}""", "the provider knows no model none")]
    [TestCase("""{"step":"http","path":"/encoding","expect":{"status":200,"body":"x"}}""", "members that the replayer does not know: body")]
    [TestCase("""{"step":"rpc","method":"/a.B/c","request":{}}""", "no proto file has the method /a.B/c")]
    [TestCase("""{"step":"rpc","method":"/service.Calculator/add","request":{"z":1}}""", "the request of /service.Calculator/add is no service.Numbers")]
    [TestCase(Add + """ "expect":{"code":3,"detail":""}}""", "members that the replayer does not know: detail")]
    [TestCase(Add + """ "expect":{"code":3},"retry":1}""", "members that the replayer does not know: retry")]
    public async Task PlayAsync_SomethingUnknown_FailsByName(string step, string problem)
    {
        var e = await Should.ThrowAsync<ScenarioException>(() => PlayAsync(step));

        e.Message.ShouldStartWith("trial-01 (a trial), step 1 of 1");
        e.Message.ShouldContain(problem);
    }

    [TestCase(""" "expect":{"code":0}""", "the code is 3")]
    [TestCase(""" "expect":{"code":[1,4]}""", "and not 1 or 4")]
    [TestCase(""" "expect":{"code":3,"message":"missing"}""", "the message is 'missing \"snet-payment-channel-id\"' and not 'missing'")]
    [TestCase(""" "expect":{"code":3,"response":{"value":1}}""", "0 messages came and not 1")]
    [TestCase(""" "expect":{"code":3,"responses":[{}]}""", "the responses has 0 elements and not 1")]
    [TestCase(""" "expect":{"code":3,"responses":{"$contains":{"value":1}}}""", "none of the 0 in the responses is")]
    [TestCase(""" "expect":{"code":3,"trailers":{"x":"y"}}""", "the trailer x is absent")]
    public async Task PlayAsync_AnswerThatDoesNotFit_FailsWithTheDifference(string expectation, string problem)
    {
        var e = await Should.ThrowAsync<ScenarioException>(() => PlayAsync(Add + expectation + "}"));

        e.Message.ShouldContain(problem);
    }

    [TestCase("""{"trainingEnabled":false}""", "and not false")]
    [TestCase("""{"trainingMethods":null}""", "should be absent")]
    [TestCase("""{"trainingMethods":{"ExampleService":{"values":[{"stringValue":"tts"}]}}}""", "is 'stt' and not 'tts'")]
    [TestCase("""{"trainingMethods":{"Other":{}}}""", "trainingMethods.Other is absent")]
    [TestCase("""{"trainings":1}""", "training.TrainingMetadata has no field 'trainings'")]
    public async Task PlayAsync_FieldThatDoesNotFit_FailsWithItsPlace(string response, string problem)
    {
        var e = await Should.ThrowAsync<ScenarioException>(() => PlayAsync(
            """{"step":"rpc","method":"/training.Daemon/get_training_metadata","request":{},"expect":{"response":""" + response + "}}"));

        e.Message.ShouldContain(problem);
    }

    [TestCase("""{"daemon":["6.2.3"],"scenarios":[]}""", "has no member 'about'")]
    [TestCase("""{"about":"","daemon":["6.2.3"],"scenarios":[]}""", "names no daemon version or no scenario")]
    [TestCase("""{"about":"","daemon":["6.2.3"],"scenarios":[{"id":"a","title":"","steps":[]}],"more":1}""", "does not know: more")]
    [TestCase("""{"about":"","daemon":["6.2.3"],"scenarios":[{"id":"a","title":"","steps":[],"only":true}]}""", "does not know: only")]
    [TestCase("[]", "holds no JSON object")]
    [TestCase("{", "is no JSON")]
    public void Read_FileThatIsNotAsAgreed_FailsByName(string text, string problem)
    {
        var path = Path.Combine(_folder, "file.json");
        File.WriteAllText(path, text);

        Should.Throw<ScenarioException>(() => ScenarioFile.Read(path)).Message.ShouldContain(problem);
    }

    [TestCase("""{"moon":1}""", "6.2.3", "does not know: moon")]
    [TestCase("""{"threshold":"soon"}""", "6.2.3", "'threshold' is not a whole number")]
    [TestCase("{}", "7.0.0", "the sandbox has no daemon 7.0.0")]
    public async Task StartAsync_PlatformThatIsNotKnown_FailsByName(string platform, string version, string problem)
    {
        var file = new ScenarioFile("x.json", [version], JsonNode.Parse(platform)!.AsObject(), []);

        (await Should.ThrowAsync<ScenarioException>(() => ScenarioPlatform.StartAsync(file, version))).Message.ShouldContain(problem);
    }

    [Test]
    public async Task StartAsync_DaemonSettingThatIsNotKnown_FailsByName()
    {
        var file = new ScenarioFile("x.json", [], JsonNode.Parse("""{"daemonConfig":{"warp_speed":9}}""")!.AsObject(), []);

        (await Should.ThrowAsync<ArgumentException>(() => ScenarioPlatform.StartAsync(file, "6.2.3"))).Message.ShouldContain("warp_speed");
    }

    [Test]
    public void Read_FurtherFolder_IsPlayedToo()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "more")).FullName;
        var path = Path.Combine(folder, "one.json");
        File.WriteAllText(path, """{"about":"","daemon":["6.2.3"],"scenarios":[{"id":"more-01","title":"","steps":[]}]}""");

        var files = ScenarioSuite.Read(folder);

        files.Count.ShouldBe(ScenarioSuite.Read(null).Count + 1);
        files[path].Scenarios.ShouldHaveSingleItem().Id.ShouldBe("more-01");
    }

    [Test]
    public void Read_FolderWithoutScenarios_Fails()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;

        Should.Throw<ScenarioException>(() => ScenarioSuite.Read(folder)).Message.ShouldContain("holds no scenarios");
    }

    [Test]
    public void Read_TestData_HoldsAllThatWasRecorded()
    {
        var recorded = Path.Combine(TestData.Root, "scenarios");
        var files = ScenarioSuite.Read(null).Where(file => Path.GetDirectoryName(file.Key) == recorded).Select(file => file.Value).ToList();

        files.Sum(file => file.Scenarios.Count).ShouldBe(325);
        files.SelectMany(file => file.Scenarios).Select(scenario => scenario.Id).ShouldBeUnique();
        files.Sum(file => file.Scenarios.Count * file.Versions.Count).ShouldBe(512);
        Directory.GetFiles(recorded, "*.json").Length.ShouldBe(files.Count);
    }

    [Test]
    public Task PlayAsync_WhatTheFormatHasAndNoFileUses_Works() => PlayAsync(
        """{"step":"let","vars":{"ms":5,"three":"3","ch":"${three}0"}}""",
        """{"step":"let","vars":{"_sum":"$ms+$three*2-1","as_text":"${_sum+1}"}}""",
        """{"step":"wait","ms":"$ms"}""",
        Add + """ "headers":{"snet-payment-channel-id":["$ch","2","$three"]},"expect":{"code":3,"message":"too many values for key \"snet-payment-channel-id\": [30 2 3]"}}""",
        Add + """ "stream":true,"withinMs":"$ms","expect":{"code":3}}""",
        """{"step":"sign","save":"a","by":"alice","parts":[["utf8","x"]]}""",
        """{"step":"sign","save":"b","by":"alice","parts":[["bytes",{"$utf8":"x"}]],"flip":3}""",
        """{"step":"rpc","method":"/configuration_service.ConfigurationService/GetConfiguration","request":{"auth":{"current_block":"$block","signature":"$a"}},"expect":{"code":2,"message":"unauthorized access, <any> is not authorized"}}""",
        """{"step":"rpc","method":"/configuration_service.ConfigurationService/GetConfiguration","request":{"auth":{"current_block":"$block+9","signature":"$b"}},"expect":{"code":2,"message":"authentication failed as the signature passed has expired"}}""",
        """{"step":"http","path":"/encoding","method":"POST","expect":{"status":200}}""");

    private async Task PlayAsync(params string[] steps)
    {
        using var run = new ScenarioRun(_platform);
        await run.PlayAsync(new Scenario("trial-01", "a trial", [.. steps.Select(step => JsonNode.Parse(step)!.AsObject())]));
    }
}
