using Snet.Grpc;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;
using Snet.Tests;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>An upload that breaks off is reported with what the provider has and what was charged, both asked.</summary>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
public sealed class BrokenUploadTests(SandboxDaemonVersion version) : UploadTest(version)
{
    private const int Parts = 20;

    [Test]
    public async Task UploadAndValidateAsync_ProviderBreaksOff_SaysWhatItHasAndThatNothingWasCharged()
    {
        var (id, reached) = ("", 0);
        var dataset = new PacedDataset(Parts, (part, cancellationToken) =>
        {
            reached = part;
            return HasPartsAsync(id, part - 3, cancellationToken);
        });
        (var snet, var service, id) = await ConnectAsync(dataset);
        using var fault = Sandbox.Provider.Faults.BreakNextUpload();

        var error = await Should.ThrowAsync<UploadFailedException>(
            () => service.Training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts()));

        (error.Status, error.MoneyMoved, error.ModelId, error.Code).ShouldBe((ModelStatus.Created, MoneyMoved.No, id, "upload_failed"));
        (error.TotalBytes, error.SentBytes < error.TotalBytes, reached < Parts).ShouldBe((dataset.Archive.Length, true, true));
        error.InnerException.ShouldBeOfType<ServiceCallException>().Detail.ShouldBe("EOF");
        (await ReceiptsAsync(snet)).ShouldHaveSingleItem().Outcome.ShouldBe(PaymentOutcome.NotCharged);
        await GoesOnAsync(snet, service, paidBefore: 0);
    }

    [Test]
    public async Task UploadAndValidateAsync_AnswerIsLost_SaysThatItWasChargedAndGoesOn()
    {
        var (snet, service, id) = await ConnectAsync(new UploadLine());
        using var fault = Sandbox.Daemon.Faults.CutNextAnswer();

        var error = await Should.ThrowAsync<UploadFailedException>(
            () => service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice));

        error.Status.ShouldBeOneOf(ModelStatus.Validating, ModelStatus.Validated);
        (error.MoneyMoved, error.SentBytes, error.IsTransient).ShouldBe((MoneyMoved.Yes, error.TotalBytes, false));
        error.Message.ShouldContain(nameof(TrainingClient.WaitForStatusAsync));
        (await service.Training.WaitForStatusAsync(id, ModelStatus.Validated, Quick)).Status.ShouldBe(ModelStatus.Validated);
        await GoesOnAsync(snet, service, paidBefore: 7);
    }

    [Test]
    public async Task UploadAndValidateAsync_NothingMoves_EndsAtTheIdleLimit()
    {
        var dataset = new PacedDataset(parts: 250, (_, _) => Task.CompletedTask); // more than the connection buffers
        var (snet, service, id) = await ConnectAsync(dataset, options => options.UploadIdleTimeout = TimeSpan.FromMilliseconds(500));
        await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(100));
        using var fault = Sandbox.Daemon.Faults.DelayNextAnswer(TimeSpan.FromHours(1));

        var error = await Should.ThrowAsync<UploadFailedException>(
            () => service.Training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts()));

        (error.Status, error.MoneyMoved, error.SentBytes < error.TotalBytes).ShouldBe((ModelStatus.Created, MoneyMoved.No, true));
        error.InnerException.ShouldBeOfType<ServiceCallException>().StatusCode.ShouldBe(GrpcStatus.DeadlineExceeded);
        await GoesOnAsync(snet, service, paidBefore: 0);
    }

    [Test]
    public async Task UploadAndValidateAsync_DatasetCannotBeRead_SaysWhyAndThatNothingWasCharged()
    {
        var id = "";
        var dataset = new PacedDataset(Parts, async (part, cancellationToken) =>
        {
            await HasPartsAsync(id, part - 3, cancellationToken);
            if (part == Parts / 2)
                throw new IOException("the disk is gone");
        });
        (var snet, var service, id) = await ConnectAsync(dataset);

        var error = await Should.ThrowAsync<UploadFailedException>(
            () => service.Training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts()));

        error.InnerException.ShouldBeOfType<IOException>().Message.ShouldBe("the disk is gone");
        (error.MoneyMoved, error.IsTransient, error.SentBytes).ShouldBe((MoneyMoved.No, false, (long)PacedDataset.PartSize * ((Parts / 2) - 1)));
        await GoesOnAsync(snet, service, paidBefore: 0);
        Sandbox.Daemon.Violations.ShouldBeEmpty(); // also where a reset would wedge the daemon
    }

    [Test]
    public async Task UploadAndValidateAsync_DaemonIsBusy_IsNoBrokenUpload()
    {
        var (snet, service, id) = await ConnectAsync(new UploadLine());
        await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(100));
        using var fault = Sandbox.Daemon.Faults.LimitNextCall();

        var error = await Should.ThrowAsync<ServiceCallException>(
            () => service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice));

        (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, true));
        await GoesOnAsync(snet, service, paidBefore: 0);
    }

    [Test]
    public async Task UploadAndValidateAsync_ProviderDropsItAtTheVeryEnd_SaysSoAndTheWaitDoesNotGoOnForEver()
    {
        var time = new ManualTime();
        var (snet, service, id) = await ConnectAsync(
            new UploadLine(), options => (options.TimeProvider, options.AttemptTimeout) = (time, TimeSpan.FromHours(1)));
        using var fault = Sandbox.Provider.Faults.BreakNextUpload(); // a small dataset is one part, so its first is its last

        var upload = service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice);
        var error = await Should.ThrowAsync<UploadFailedException>(() => time.RunAsync(upload, TimeSpan.FromMilliseconds(250)));
        var wait = service.Training.WaitForStatusAsync(id, ModelStatus.Validated);
        var again = await Should.ThrowAsync<UploadFailedException>(() => time.RunAsync(wait, TimeSpan.FromMilliseconds(250)));

        (error.Status, error.MoneyMoved, error.SentBytes).ShouldBe((ModelStatus.Created, MoneyMoved.Yes, error.TotalBytes)); // the daemon itself said that it validates
        (again.Status, again.MoneyMoved, again.TotalBytes).ShouldBe((ModelStatus.Created, MoneyMoved.Yes, error.TotalBytes));
        (await ReceiptsAsync(snet)).ShouldHaveSingleItem().Outcome.ShouldBe(PaymentOutcome.Paid);

        await service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice);
        await time.RunAsync(service.Training.WaitForStatusAsync(id, ModelStatus.Validated), TimeSpan.FromMilliseconds(250));
    }

    private static WaitOptions Quick => new() { PollInterval = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(30) };
}
