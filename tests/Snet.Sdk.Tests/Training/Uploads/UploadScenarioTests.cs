using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Snet.Grpc;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Guides;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;
using Snet.Tests;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>The recorded scenarios of uploads with the SDK as the client: what the provider received is what the scenario says.</summary>
[Category("Sandbox")]
internal sealed class UploadScenarioTests
{
    private static readonly TokenAmount Price = TokenAmount.FromCogs(7);

    // Each scenario by its number, and what there is of it for a client that sends nothing wrong.
    private static readonly Dictionary<string, Func<UploadScenarioTests, Task>> Plays = new()
    {
        ["upload-5.2-6.0-01"] = test => test.ArrivesAsync(),
        ["upload-5.2-6.0-02"] = test => test.ArrivesAsync(),
        ["upload-5.2-6.0-03"] = test => test.ArrivesAsync(),
        ["upload-5.2-6.0-04"] = test => test.ExpiresAsync(),
        ["upload-5.2-6.0-07"] = test => test.IsForTheCreatorAsync(),
        ["upload-5.2-6.0-10"] = test => test.ArrivesAsync(),
        ["upload-5.2-6.0-11"] = test => test.ArrivesAsync(),
        ["upload-5.2-6.0-12"] = test => test.IsRefusedAtTheStartAsync(),
        ["upload-5.2-6.0-13"] = test => test.IsDroppedAtTheEndAsync(),
        ["upload-5.2-6.0-14"] = test => test.EndsErroredAsync(),
        ["upload-5.2-6.0-15"] = test => test.OthersWaitAsync(),
        ["upload-5.2-6.0-16"] = test => test.ArrivesAsync(),
        ["upload-6.0-01"] = test => test.IsTooLargeAsync(),
        ["upload-6.0-02"] = test => test.IsGivenUpAsync(),
        ["upload-6.2-01"] = test => test.CannotBeTakenAsync(),
    };

    // What an SDK never sends: others' or wrong signatures, payments, headers and messages, and a stream without any.
    private static readonly string[] NeverSent =
        ["upload-5.2-6.0-05", "upload-5.2-6.0-06", "upload-5.2-6.0-08", "upload-5.2-6.0-09", "upload-6.2-02", "upload-6.2-03", "upload-6.2-04"];

    private readonly ManualTime _time = new(); // for what takes seconds
    private UploadScenario _scenario = null!;
    private SnetSandbox _sandbox = null!;
    private SnetClient _snet = null!;
    private ServiceClient _service = null!;
    private CountingHandler _node = null!;
    private string _model = "";

    private static IEnumerable<TestCaseData> Scenarios => UploadScenario.ReadAll()
        .Where(scenario => Plays.ContainsKey(scenario.Id)).Select(scenario => new TestCaseData(scenario).SetArgDisplayNames(scenario.ToString()));

    [Test]
    public void Scenarios_EachOne_IsPlayedOrNeverSent() =>
        UploadScenario.ReadAll().Select(scenario => scenario.Id).Distinct().ShouldBe(Plays.Keys.Concat(NeverSent), ignoreOrder: true);

    [TestCaseSource(nameof(Scenarios))]
    public async Task Upload_AsRecorded_ProviderHasWhatTheScenarioSays(UploadScenario scenario)
    {
        _scenario = scenario;
        await using (_sandbox = await SnetSandbox.StartAsync(new SandboxOptions { DaemonVersion = scenario.Version }))
        using (_node = new CountingHandler())
        await using (_snet = _sandbox.Connect(options => options.NodeHttpHandler = _node))
        await using (_service = _snet.Service(_sandbox))
        {
            _model = (await _service.Training.CreateModelAsync("stt", scenario.ModelName)).Id;
            await Plays[scenario.Id](this);
        }
    }

    private async Task ArrivesAsync()
    {
        (await UploadAsync()).ShouldBe(ModelStatus.Validating);

        ShouldBeAsRecorded(Uploads().ShouldHaveSingleItem()!);
        await ChargedAsync(7);
    }

    private async Task ExpiresAsync()
    {
        var error = await Should.ThrowAsync<UploadFailedException>(() => UploadAsync(renew: false));

        (error.MoneyMoved, error.Status).ShouldBe((MoneyMoved.No, ModelStatus.Validating)); // the provider took what it had for the whole
        error.InnerException!.Message.ShouldContain("authentication failed as the signature passed has expired");
        foreach (var upload in Uploads()) // the second is the one repetition
            ShouldBeAsRecorded(upload!);
        await ChargedAsync(0);
        await CallAsync();
        (await UploadAsync()).ShouldBe(ModelStatus.Validating);
        await ChargedAsync(7 + 5);
    }

    private async Task IsForTheCreatorAsync()
    {
        await using var other = _sandbox.Connect(options => options.Signer = PrivateKeySigner.FromHex(_sandbox.Platform.Keys[1]));
        await using var service = other.Service(_sandbox);

        await Should.ThrowAsync<ModelAccessDeniedException>(() => UploadAsync(service));
        await Should.ThrowAsync<NoSuchModelException>(() => UploadAsync(model: "none"));
        Uploads().ShouldBeEmpty();
        (await UploadAsync()).ShouldBe(ModelStatus.Validating);
    }

    private async Task IsRefusedAtTheStartAsync()
    {
        var error = await Should.ThrowAsync<UploadFailedException>(() => UploadAsync());

        (error.MoneyMoved, error.Status).ShouldBe((MoneyMoved.No, ModelStatus.Created));
        error.InnerException.ShouldBeOfType<ServiceCallException>().Detail.ShouldBe("EOF");
        await CallAsync();
        await ChargedAsync(5);
    }

    private async Task IsDroppedAtTheEndAsync()
    {
        await using var snet = _sandbox.Connect(options => (options.TimeProvider, options.AttemptTimeout) = (_time, TimeSpan.FromHours(1)));
        await using var service = snet.Service(_sandbox);
        await service.Training.GetModelAsync(_model);

        var error = await Should.ThrowAsync<UploadFailedException>(() => _time.RunAsync(UploadAsync(service), TimeSpan.FromMilliseconds(250)));

        (error.MoneyMoved, error.Status).ShouldBe((MoneyMoved.Yes, ModelStatus.Created));
        await CallAsync();
        await ChargedAsync(7 + 5);
    }

    private async Task EndsErroredAsync()
    {
        (await UploadAsync()).ShouldBe(ModelStatus.Validating);

        (await Should.ThrowAsync<ModelFailedException>(() => _service.Training.WaitForStatusAsync(
            _model, ModelStatus.Validated, new WaitOptions { PollInterval = TimeSpan.FromMilliseconds(20) }))).Model.Status.ShouldBe(ModelStatus.Errored);
    }

    private async Task OthersWaitAsync()
    {
        var call = default(Task)!;
        (await UploadAsync(beforePart: part =>
        {
            if (part == 2)
                call = CallAsync(); // refused by the daemon, if it came there now
            return Task.CompletedTask;
        })).ShouldBe(ModelStatus.Validating);

        await call;
        await ChargedAsync(7 + 5);
    }

    private async Task IsTooLargeAsync()
    {
        var error = await Should.ThrowAsync<UploadFailedException>(() => UploadAsync());

        error.MoneyMoved.ShouldBe(MoneyMoved.No);
        error.InnerException.ShouldBeOfType<ServiceCallException>().StatusCode.ShouldBe(GrpcStatus.ResourceExhausted);
        Uploads().ShouldBeEmpty();
        (await UploadAsync(partSize: DatasetUploadPart)).ShouldBe(ModelStatus.Validating); // as the SDK itself cuts it
        Uploads().ShouldHaveSingleItem()!["chunks"]!.GetValue<int>().ShouldBe(5);
        await ChargedAsync(7);
    }

    private async Task IsGivenUpAsync()
    {
        using var cancel = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => UploadAsync(
            beforePart: part => part == 4 ? cancel.CancelAsync() : Task.CompletedTask, cancellationToken: cancel.Token));

        (await _snet.Account.ListReceiptsAsync().SingleAsync()).Outcome.ShouldBe(PaymentOutcome.NotCharged);
        ShouldBeAsRecorded(Uploads().ShouldHaveSingleItem()!);
        await CallAsync();
        await ChargedAsync(5);
    }

    private async Task CannotBeTakenAsync()
    {
        await Should.ThrowAsync<UploadNotSupportedException>(() => UploadAsync());

        Uploads().ShouldBeEmpty();
        (await _service.Training.GetModelAsync(_model)).Status.ShouldBe(ModelStatus.Created);
        await ChargedAsync(0);
        await _service.Training.ValidateModelAsync(_model, new Uri("https://data.example/set.zip"), Price);
        await ChargedAsync(7);
    }

    // Without the check, which would refuse these three letters, and the daemon's version, which keeps uploads from those that cannot take them.
    private async Task<ModelStatus> UploadAsync(
        ServiceClient? service = null, string? model = null, bool renew = true, int? partSize = null, Func<int, Task>? beforePart = null,
        CancellationToken cancellationToken = default)
    {
        var options = new UploadOptions { PartSize = partSize ?? _scenario.PartSize, RenewsAuthorization = renew };
        var content = new Paced(_scenario.Data, options.PartSize, async part =>
        {
            await ArrivedAsync(part - 1, cancellationToken);
            await MineAsync(part, renew, cancellationToken);
            await (beforePart?.Invoke(part) ?? Task.CompletedTask);
        });
        var agreement = new PriceAgreement(Price, null, "limit");
        return await (service ?? _service).Training.UploadCheckedAsync(
            model ?? _model, new OpenedDataset(_scenario.FileName, content), agreement, options, release: null, cancellationToken);
    }

    // A pause between two parts, in which blocks come and the client has the time to see them.
    private async Task MineAsync(int part, bool renew, CancellationToken cancellationToken)
    {
        if (_scenario.MineBetween == 0 || part == 1)
            return;
        _sandbox.Chain.Mine(_scenario.MineBetween);
        for (var seen = _node.Count; renew && _node.Count < seen + 2;)
            await Task.Delay(1, cancellationToken);
    }

    private async Task ArrivedAsync(int parts, CancellationToken cancellationToken)
    {
        if (_scenario.Id == "upload-5.2-6.0-12" || parts < 1)
        {
            await Task.Delay(_scenario.Parts > 1 ? 50 : 0, cancellationToken); // the provider refuses meanwhile
            return;
        }

        while ((Uploads().LastOrDefault()?["chunks"]?.GetValue<int>() ?? 0) < parts)
            await Task.Delay(1, cancellationToken);
    }

    private void ShouldBeAsRecorded(JsonNode upload)
    {
        var expected = _scenario.Provider?[0]!.AsObject() ?? [];
        foreach (var (name, value) in expected)
        {
            if (name != "file_size") // the recorded client announced wrong ones, on purpose
                upload[name]!.ToJsonString().ShouldBe(value!.ToJsonString(), name);
        }

        upload["file_name"]!.ToString().ShouldBe(_scenario.FileName);
        upload["file_size"]!.ToString().ShouldBe(_scenario.Data.Length.ToString(CultureInfo.InvariantCulture));
        upload["batch_size"]!.ToString().ShouldBe(_scenario.PartSize.ToString(CultureInfo.InvariantCulture));
        upload["batch_count"]!.ToString().ShouldBe(_scenario.Parts.ToString(CultureInfo.InvariantCulture));
        var chunks = upload["chunks"]!.GetValue<int>();
        upload["numbers"]!.AsArray().Select(number => (int)number!.GetValue<ulong>()).ShouldBe(Enumerable.Range(1, chunks));
        if (chunks == _scenario.Parts)
            upload["sha256"]!.ToString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(_scenario.Data)));
    }

    private JsonArray Uploads() => _sandbox.Provider.Describe(_model)!["uploads"]!.AsArray();

    private Task<CallResult<JsonObject>> CallAsync() => _service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });

    private async Task ChargedAsync(int cogs)
    {
        var channel = (await _service.Channels.ListAsync()).Single();
        _sandbox.Daemon.GetSignedTotal(channel.Id).ShouldBe(cogs);
    }

    private const int DatasetUploadPart = Sdk.Training.Uploads.DatasetUpload.PartSize;

    private sealed class Paced(byte[] data, int partSize, Func<int, Task> beforePart) : MemoryStream(data)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position % partSize == 0)
                await beforePart((int)(Position / partSize) + 1).WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
