using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>An upload whose connection is lost, on the daemon that stands it: a 5.2 hangs then (protocol e.7), which no client can prevent.</summary>
[TestFixture(SandboxDaemonVersion.V6_0)]
public sealed class LostUploadTests(SandboxDaemonVersion version) : UploadTest(version)
{
    private const int Parts = 20;

    [Test]
    public async Task UploadAndValidateAsync_ConnectionIsCut_SaysThatNothingWasCharged()
    {
        var (id, line) = ("", default(UploadLine)!);
        var dataset = new PacedDataset(Parts, async (part, cancellationToken) =>
        {
            await HasPartsAsync(id, part - 3, cancellationToken);
            if (part == Parts / 2)
                line.Cut();
        });
        line = new UploadLine(dataset);
        (var snet, var service, id) = await ConnectAsync(line);

        var error = await Should.ThrowAsync<UploadFailedException>(
            () => service.Training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts()));

        (error.Status, error.MoneyMoved, error.IsTransient).ShouldBe((ModelStatus.Created, MoneyMoved.No, true));
        error.SentBytes.ShouldBeLessThan(error.TotalBytes);
        error.InnerException.ShouldBeOfType<ServiceCallException>().Origin.ShouldBe(CallOrigin.Transport);
        await GoesOnAsync(snet, service, paidBefore: 0);
        (await ReceiptsAsync(snet))[0].Outcome.ShouldBe(PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task UploadAndValidateAsync_DaemonEnds_SaysThatItIsOpenAndTheNextPaymentFindsOut()
    {
        var (id, down) = ("", default(Fault));
        var dataset = new PacedDataset(Parts, async (part, cancellationToken) =>
        {
            await HasPartsAsync(id, part - 3, cancellationToken);
            if (part == Parts / 2)
                down = Sandbox.Daemon.Faults.Stop();
        });
        (var snet, var service, id) = await ConnectAsync(dataset, options => (options.MaxRetries, options.AttemptTimeout) = (0, TimeSpan.FromMilliseconds(300)));

        var error = await Should.ThrowAsync<UploadFailedException>(
            () => service.Training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts()));

        (error.Status, error.MoneyMoved, error.IsTransient).ShouldBe((null, MoneyMoved.Unknown, false));
        down!.Dispose();
        await GoesOnAsync(snet, service, paidBefore: 0);
        (await ReceiptsAsync(snet))[0].Outcome.ShouldBe(PaymentOutcome.NotCharged);
    }
}
