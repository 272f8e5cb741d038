using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>A daemon works on one paid call of a channel at a time: a long upload leaves the others a channel when it may.</summary>
public sealed class SideBySideTests() : UploadTest(SandboxDaemonVersion.V6_0)
{
    private const int Parts = 30;

    [TestCase(2)]
    [TestCase(1)]
    public async Task CallAsync_DuringAnUpload_WaitsOnlyWithoutASecondChannel(int channels)
    {
        var (id, service, calls, done) = ("", default(ServiceClient)!, default(Task)!, false);
        var dataset = new PacedDataset(Parts, async (part, cancellationToken) =>
        {
            await HasPartsAsync(id, part - 3, cancellationToken);
            if (part == Parts / 2)
                calls = CallAsync(service, times: 5);
            if (part == Parts && channels > 1)
                await calls.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken); // the upload goes on when the calls are done
            done = calls?.IsCompleted == true;
        });
        var snet = Connect(options =>
        {
            options.DaemonHttpHandler = dataset;
            options.Funding = new ChannelFunding { MaxChannels = channels };
        });
        service = Service(snet);
        id = (await service.Training.CreateModelAsync("stt", "x")).Id;
        await service.CallAsync("add", Numbers); // a channel is there, with funds for calls

        await service.Training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts());
        await calls;

        done.ShouldBe(channels > 1);
        (await service.Channels.ListAsync()).Count.ShouldBe(channels);
        var receipts = await ReceiptsAsync(snet);
        receipts.ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid);
        receipts.Sum(receipt => (long)receipt.Paid.Cogs).ShouldBe(7 + (6 * 5));
        foreach (var channel in receipts.GroupBy(receipt => receipt.ChannelId))
            Sandbox.Daemon.GetSignedTotal(channel.Key).ShouldBe(channel.Max(receipt => receipt.AmountAfter.Cogs));
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    private static async Task CallAsync(ServiceClient service, int times)
    {
        for (var i = 0; i < times; i++)
            await service.CallAsync("add", Numbers);
    }
}
