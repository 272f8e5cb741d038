using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>Whoever cancels an upload is told what it cost, and the channel goes on.</summary>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
public sealed class CancelledUploadTests(SandboxDaemonVersion version) : UploadTest(version)
{
    private const int Parts = 20;
    private readonly SandboxDaemonVersion _version = version;
    private CancellationTokenSource _cancel = null!;

    [SetUp]
    public void NewToken() => _cancel = new CancellationTokenSource();

    [TearDown]
    public void DisposeToken() => _cancel.Dispose();

    [Test]
    public async Task UploadAndValidateAsync_CancelledWhilePriceIsAsked_NothingWasSigned()
    {
        using var line = new UploadLine { OnRequest = path => CancelAt(path, "/training.Daemon/validate_model_price") };
        var (snet, service, id) = await ConnectAsync(line);

        var error = await CatchAsync(
            () => service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice, cancellationToken: _cancel.Token));

        (error.MoneyMoved, error.Receipt, error.CancellationToken).ShouldBe((MoneyMoved.No, null, _cancel.Token));
        error.Message.ShouldContain("nothing was charged");
        (await ReceiptsAsync(snet)).ShouldBeEmpty();
    }

    [Test]
    public async Task UploadAndValidateAsync_CancelledAmongTheParts_IsNotChargedAndTheChannelGoesOn()
    {
        var id = "";
        var dataset = new PacedDataset(Parts, async (part, cancellationToken) =>
        {
            await HasPartsAsync(id, part - 3, cancellationToken);
            if (part == Parts / 2)
                await _cancel.CancelAsync();
        });
        (var snet, var service, id) = await ConnectAsync(dataset);

        var error = await CatchAsync(
            () => service.Training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts(), _cancel.Token));

        (error.MoneyMoved, error.Receipt!.Outcome).ShouldBe((MoneyMoved.No, PaymentOutcome.NotCharged));
        error.Message.ShouldContain("Nothing was charged.");
        await GoesOnAsync(snet, service, paidBefore: 0);
        var upload = Uploads(id).ShouldHaveSingleItem()!;
        upload["chunks"]!.GetValue<int>().ShouldBeLessThan(Parts);
        upload["end"]!.GetValue<bool>().ShouldBe(_version == SandboxDaemonVersion.V5_2); // refused there, since a reset would wedge that daemon
        Sandbox.Daemon.Violations.ShouldBeEmpty();
    }

    [Test]
    public async Task UploadAndValidateAsync_CancelledWhenItIsDone_IsCharged()
    {
        using var line = new UploadLine
        {
            OnAnswer = (path, _) => Task.FromResult(CancelAt(path, "/training.Daemon/upload_and_validate")),
        };
        var (snet, service, id) = await ConnectAsync(line);

        var error = await CatchAsync(
            () => service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice, cancellationToken: _cancel.Token));

        (error.MoneyMoved, error.Receipt!.Outcome, error.Receipt.Paid).ShouldBe((MoneyMoved.Yes, PaymentOutcome.Paid, ValidatePrice));
        error.Message.ShouldContain("was charged");
        await GoesOnAsync(snet, service, paidBefore: 7);
    }

    [Test]
    public async Task UploadAndValidateAsync_CancelledWhenAllIsSentAndNothingTaken_SaysThatItIsOpen()
    {
        using var line = new UploadLine();
        var (snet, service, id) = await ConnectAsync(line, TimeSpan.FromMilliseconds(300));
        await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(100));
        using var fault = Sandbox.Daemon.Faults.DelayNextAnswer(TimeSpan.FromHours(1));
        _ = CancelWhenSentAsync(line);

        var error = await CatchAsync(
            () => service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice, cancellationToken: _cancel.Token));

        (error.MoneyMoved, error.Receipt!.Outcome).ShouldBe((MoneyMoved.Unknown, PaymentOutcome.Unknown));
        error.Message.ShouldContain("is open");
        await GoesOnAsync(snet, service, paidBefore: 0);
        (await ReceiptsAsync(snet))[0].Outcome.ShouldBe(PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task UploadAndValidateAsync_CancelledWhileItIsConfirmed_IsCharged()
    {
        var uploaded = false;
        using var line = new UploadLine();
        line.OnRequest = path =>
        {
            uploaded |= path == "/training.Daemon/upload_and_validate";
            if (uploaded)
                CancelAt(path, "/training.Daemon/get_model");
        };
        var (snet, service, id) = await ConnectAsync(line);

        var error = await CatchAsync(
            () => service.Training.UploadAndValidateAsync(id, TestDatasets.Good(), ValidatePrice, cancellationToken: _cancel.Token));

        (error.MoneyMoved, error.Receipt!.Outcome).ShouldBe((MoneyMoved.Yes, PaymentOutcome.Paid));
        await GoesOnAsync(snet, service, paidBefore: 7);
    }

    [Test]
    public async Task TrainModelAsync_CancelledWhenItIsDone_IsCharged()
    {
        using var line = new UploadLine { OnAnswer = (path, _) => Task.FromResult(CancelAt(path, "/training.Daemon/train_model")) };
        var (snet, service, id) = await ConnectAsync(line);

        var error = await CatchAsync(
            () => service.Training.TrainModelAsync(id, TokenAmount.FromCogs(11), cancellationToken: _cancel.Token));

        (error.MoneyMoved, error.Receipt!.Paid.Cogs).ShouldBe((MoneyMoved.Yes, 11));
        await GoesOnAsync(snet, service, paidBefore: 11);
    }

    // As a caller catches it: Should.ThrowAsync puts an exception of its own in the place of any that says cancelled.
    private static async Task<PaidStepCanceledException> CatchAsync(Func<Task> step)
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

    private bool CancelAt(string path, string where)
    {
        if (path != where)
            return false;
        _cancel.Cancel();
        return true;
    }

    private async Task CancelWhenSentAsync(UploadLine line)
    {
        await line.UploadIsSent;
        await _cancel.CancelAsync();
    }

    private async Task<(SnetClient Client, ServiceClient Service, string ModelId)> ConnectAsync(HttpMessageHandler line, TimeSpan? attempt = null)
    {
        var snet = Connect(options => (options.DaemonHttpHandler, options.AttemptTimeout) = (line, attempt ?? options.AttemptTimeout));
        var service = Service(snet);
        return (snet, service, (await service.Training.CreateModelAsync("stt", "x")).Id);
    }
}
