using System.Text.Json.Nodes;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;
using Wire = global::Training;

namespace Snet.Sdk.Tests.Services;

/// <summary>The rows of protocol e.7 that are about uploads, on the daemons that take any; 6.2 is never sent one (<see cref="Training.UploadNotSupportedTests"/>).</summary>
/// <remarks>Each test ends with the proof: the daemon, which would have noted any such request and taken no call after it, takes a paid call.</remarks>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
public sealed class DaemonBreakerUploadTests(SandboxDaemonVersion version) : DaemonBreakerTest(version)
{
    private readonly SandboxDaemonVersion _version = version;

    // Row: upload_and_validate message without upload_input.
    [Test]
    public async Task Upload_WholeOrCancelled_EachMessageHasAuthorizationAndInput()
    {
        using var cancel = new CancellationTokenSource();
        var dataset = new PacedDataset(parts: 10, (part, _) => part == 5 ? cancel.CancelAsync() : Task.CompletedTask);
        await StartAsync(inner: dataset);
        var model = await CreateAsync();

        await Training.UploadAndValidateAsync(model, TestDatasets.Good(), ValidatePrice);
        var whole = Sent.Of(Upload).Single().Messages.Select(Wire.UploadAndValidateRequest.Parser.ParseFrom).ToList();
        whole.ShouldNotBeEmpty();
        whole.ShouldAllBe(message => message.Authorization != null && message.UploadInput.ModelId == model);

        (await CancelledAsync(() => Training.UploadAndValidateAsync(model, dataset.Source, ValidatePrice, InParts, cancel.Token))).MoneyMoved.ShouldBe(MoneyMoved.No);
        var half = Sent.Of(Upload).Last().Messages.Select(Wire.UploadAndValidateRequest.Parser.ParseFrom).ToList();
        half.Count.ShouldBeLessThan(10);
        half.ShouldAllBe(message => message.UploadInput != null);
        await GoesOnAsync(paidBefore: 7);
    }

    // Row: upload_and_validate without any message, payment good.
    [Test]
    public async Task Upload_EmptyDataset_NothingIsSigned()
    {
        await StartAsync();
        var model = await CreateAsync();
        using var folder = new Training.Datasets.TemporaryFolder();
        var file = Path.Combine(folder.Path, "empty.zip");
        await File.WriteAllBytesAsync(file, []);
        Directory.CreateDirectory(Path.Combine(folder.Path, "nothing"));

        foreach (var dataset in (DatasetSource[])
        [
            DatasetSource.FromStream(new MemoryStream(), "empty.zip"), DatasetSource.FromStream(() => new MemoryStream(), "empty.zip"), DatasetSource.FromFile(file),
            TestDatasets.Zip(), DatasetSource.FromFolder(Path.Combine(folder.Path, "nothing")), DatasetSource.FromStream(() => new MemoryStream(), "empty"),
        ])
            (await Should.ThrowAsync<WrongDatasetException>(() => Training.UploadAndValidateAsync(model, dataset, ValidatePrice))).MoneyMoved.ShouldBe(MoneyMoved.No);

        await NothingIsSignedAsync();
        await GoesOnAsync();
    }

    // The same, of a dataset that cannot be read any more once the upload has begun.
    [Test]
    public async Task Upload_DatasetIsGoneBeforeTheFirstPart_IsNotCharged()
    {
        var dataset = new PacedDataset(parts: 3, (_, _) => throw new IOException("the disk is gone"));
        await StartAsync(inner: dataset);

        var error = await Should.ThrowAsync<UploadFailedException>(async () => await Training.UploadAndValidateAsync(await CreateAsync(), dataset.Source, ValidatePrice, InParts));

        (error.MoneyMoved, error.SentBytes).ShouldBe((MoneyMoved.No, 0));
        await GoesOnAsync();
    }

    // Row: upload_and_validate message above the limit.
    [Test]
    public async Task Upload_LargeDatasetAndSmallLimit_EveryMessageIsBelowTheLimit()
    {
        await StartAsync(new JsonObject { ["max_message_size_in_mb"] = 1 });
        var dataset = new PacedDataset(parts: 160, (_, _) => Task.CompletedTask); // 5 MB, and too much for one message of any daemon

        await Training.UploadAndValidateAsync(await CreateAsync(), dataset.Source, ValidatePrice);

        var messages = Sent.Of(Upload).Single().Messages;
        messages.Sum(message => message.Length).ShouldBeGreaterThan(dataset.Archive.Length);
        messages.ShouldAllBe(message => message.Length <= 1024 * 1024);
        await GoesOnAsync(paidBefore: 7);
    }

    // Row: upload_and_validate cancelled by the client, or its connection lost. A deadline would do the same.
    [Test]
    public async Task Upload_ThatTakesLong_HasNoDeadline()
    {
        var dataset = new PacedDataset(parts: 3, (_, cancellationToken) => Task.Delay(150, cancellationToken)); // longer than any other call may take
        await StartAsync(inner: dataset, change: options => (options.CallTimeout, options.AttemptTimeout) = (TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(5)));

        await Training.UploadAndValidateAsync(await CreateAsync(), dataset.Source, ValidatePrice, InParts);

        Sent.Of(Upload).Single().Headers.Keys.ShouldNotContain("grpc-timeout");
        await GoesOnAsync(paidBefore: 7);
    }

    // Rows: the same, and a cancel that ends the sending side first: it would count as a whole upload, or, before the first message, end the process.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(6)]
    public async Task Upload_CancelledAtAPart_IsNeitherChargedNorTakenForWhole(int part)
    {
        using var cancel = new CancellationTokenSource();
        var dataset = new PacedDataset(parts: 10, (number, _) => number == part ? cancel.CancelAsync() : Task.CompletedTask);
        await StartAsync(inner: dataset);
        var model = await CreateAsync();

        (await CancelledAsync(() => Training.UploadAndValidateAsync(model, dataset.Source, ValidatePrice, InParts, cancel.Token))).MoneyMoved.ShouldBe(MoneyMoved.No);

        // 5.2 has the upload ended by a part that it refuses, since any reset locks the channel for good there; the others have it reset.
        foreach (var upload in Sandbox.Provider.Describe(model)!["uploads"]!.AsArray())
            (upload!["end"]!.GetValue<bool>(), upload["size"]!.GetValue<long>() < dataset.Archive.Length).ShouldBe((_version == SandboxDaemonVersion.V5_2, true));
        await GoesOnAsync();
    }
}
