using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Guides;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Services;

/// <summary>What the tests of protocol e.7 share: a sandbox for each, a client whose requests are kept, and the proof that the daemon goes on.</summary>
[Category("Sandbox")]
public abstract class DaemonBreakerTest(SandboxDaemonVersion version)
{
    private protected const string Rpc = "/training.Daemon/", Upload = Rpc + "upload_and_validate";
    private protected static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7), TrainPrice = TokenAmount.FromCogs(11);
    private protected static readonly Uri Link = new("https://data.example/set.zip");

    private protected static readonly string?[] Blanks = [null, "", " ", "\t\n"];
    private protected static readonly string[] Nobodys =
    [
        "nope", "stt", "ExampleService/stt", "0", "00000000-0000-0000-0000-000000000000", " padded ", "a\r\nb", "nul\0", "модель", "\ud800", "../1", "%00", new('x', 10_000),
    ];

    private protected SnetSandbox Sandbox { get; private set; } = null!;

    private protected WireLog Sent { get; private set; } = null!;

    private protected SnetClient Client { get; private set; } = null!;

    private protected ServiceClient Service { get; private set; } = null!;

    private protected TrainingClient Training => Service.Training;

    [TearDown]
    public async Task StopAsync()
    {
        await Service.DisposeAsync();
        await Client.DisposeAsync();
        Sent.Dispose();
        await Sandbox.DisposeAsync(); // which throws when a violation was noted
    }

    private protected static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    private protected static EthereumAddress Stranger => EthereumAddress.Parse("0x00000000000000000000000000000000000000aa");

    private protected static UploadOptions InParts => new() { PartSize = PacedDataset.PartSize };

    private protected IEnumerable<Func<Task>> PaidSteps(string model, TrainingClient? client = null)
    {
        var training = client ?? Training;
        return
        [
            () => training.UploadAndValidateAsync(model, TestDatasets.Good(), ValidatePrice),
            () => training.ValidateModelAsync(model, Link, ValidatePrice),
            () => training.TrainModelAsync(model, TrainPrice),
            () => training.ValidateModelAsync(model, Link, options: new TrainOptions { MaxPrice = ValidatePrice }),
            () => training.TrainModelAsync(model, options: new TrainOptions { MaxPrice = TrainPrice }),
        ];
    }

    private protected Task<SnetSandbox> StartSandboxAsync(JsonObject? config = null, bool dynamicPricing = false, JsonObject? group = null) => SnetSandbox.StartAsync(new SandboxOptions
    {
        DaemonVersion = version, DaemonConfig = config ?? [], DynamicPricing = dynamicPricing, Group = group,
    });

    private protected async Task StartAsync(
        JsonObject? config = null, bool dynamicPricing = false, JsonObject? group = null, HttpMessageHandler? inner = null, Action<SnetClientOptions>? change = null)
    {
        Sandbox = await StartSandboxAsync(config, dynamicPricing, group);
        Sent = new WireLog(inner);
        Client = Sandbox.Connect(options =>
        {
            (options.DaemonHttpHandler, options.PaymentMode) = (Sent, PaymentMode.Escrow);
            change?.Invoke(options);
        });
        Service = Client.Service(Sandbox);
    }

    private protected async Task<string> CreateAsync() => (await Training.CreateModelAsync("stt", "a model")).Id;

    private protected async Task<string> CreateAndDeleteAsync()
    {
        var model = await CreateAsync();
        await Training.DeleteModelAsync(model);
        return model;
    }

    private protected async Task NothingIsSignedAsync()
    {
        (await Client.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
        (await Service.Channels.ListAsync()).ShouldBeEmpty();
        Sent.Paid.ShouldBeEmpty();
    }

    private protected async Task GoesOnAsync(int? paidBefore = null)
    {
        Sandbox.Daemon.Violations.ShouldBeEmpty();
        var receipt = (await Service.CallAsync("add", Numbers)).Receipt!;
        if (paidBefore is { } cogs)
            receipt.AmountAfter.Cogs.ShouldBe(cogs + 5);
        var receipts = await Client.Account.ListReceiptsAsync().ToListAsync();
        Sandbox.Daemon.GetSignedTotal(receipt.ChannelId).ShouldBe(receipts.Aggregate(TokenAmount.Zero, (sum, one) => sum + one.Paid).Cogs);
    }

    private protected static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (SnetException e)
        {
            e.MoneyMoved.ShouldBe(MoneyMoved.No);
        }
    }

    // As a caller catches it: Should.ThrowAsync puts an exception of its own in the place of any that says cancelled.
    private protected static async Task<PaidStepCanceledException> CancelledAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException e)
        {
            return e.ShouldBeOfType<PaidStepCanceledException>();
        }

        throw new AssertionException("It was not cancelled.");
    }

    // The daemon goes on with the archive of its start, which lacks pricing.proto; a client needs it.
    private protected Task PublishDynamicPricesAsync() => PublishProtosAsync("priced.proto", "pricing.proto", "service.proto");

    private protected Task PublishProtosAsync(params string[] files)
    {
        using var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var name in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = Resource(name) });
        }

        var id = Sandbox.Storage.Add(archive.ToArray());
        return Sandbox.PublishAsync(service => (service["model_ipfs_hash"], service["service_api_source"]) = (id, "ipfs://" + id));
    }

    private protected static Stream Resource(string name) =>
        typeof(SnetSandbox).Assembly.GetManifestResourceStream(name) ?? typeof(GrpcChannel).Assembly.GetManifestResourceStream(name)!;
}
