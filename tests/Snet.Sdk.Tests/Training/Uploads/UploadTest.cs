using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>What tests of uploads share.</summary>
[Category("Sandbox")]
public abstract class UploadTest(SandboxDaemonVersion version) : PlatformTest(version)
{
    protected static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7);

    /// <summary>What the provider received for a model.</summary>
    internal JsonArray Uploads(string modelId) => Sandbox.Provider.Describe(modelId)!["uploads"]!.AsArray();

    /// <summary>Waits until the provider has so many parts of the latest upload of a model.</summary>
    internal async Task HasPartsAsync(string modelId, int parts, CancellationToken cancellationToken)
    {
        while (parts > 0 && (Uploads(modelId).LastOrDefault()?["chunks"]?.GetValue<int>() ?? 0) < parts)
            await Task.Delay(1, cancellationToken);
    }

    /// <summary>A paid call goes through at once, and receipts and daemon agree on what all of it cost.</summary>
    internal async Task GoesOnAsync(SnetClient snet, ServiceClient service, int paidBefore)
    {
        var call = await service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });

        call.Receipt!.AmountAfter.Cogs.ShouldBe(paidBefore + 5);
        Sandbox.Daemon.GetSignedTotal(call.Receipt.ChannelId).ShouldBe(paidBefore + 5);
        (await ReceiptsAsync(snet)).Sum(receipt => (long)receipt.Paid.Cogs).ShouldBe(paidBefore + 5);
    }

    internal static UploadOptions InParts(bool renew = true, IProgress<UploadProgress>? progress = null) =>
        new() { PartSize = PacedDataset.PartSize, RenewsAuthorization = renew, Progress = progress };

    internal static async Task<List<PaymentReceipt>> ReceiptsAsync(SnetClient snet) => await snet.Account.ListReceiptsAsync().ToListAsync();

    /// <summary>Connects over this line, and makes a model.</summary>
    internal async Task<(SnetClient Client, ServiceClient Service, string ModelId)> ConnectAsync(HttpMessageHandler line, Action<SnetClientOptions>? change = null)
    {
        var snet = Connect(options =>
        {
            options.DaemonHttpHandler = line;
            change?.Invoke(options);
        });
        var service = Service(snet);
        return (snet, service, (await service.Training.CreateModelAsync("stt", "x")).Id);
    }
}
