using System.Numerics;
using System.Runtime.Versioning;
using System.Text.Json;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Receipts on disk: restarts, crashes, several clients, full files, damaged ones.</summary>
public sealed class ReceiptFileTests : LedgerTest
{
    [Test]
    public async Task Restart_LimitsAndReceipts_AreThereAgain()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(20), MaxPerDay = Cogs(15), MaxPerModel = Cogs(8) };
        var first = OnDisk(policy);
        await PayAsync(first, 5, "model");
        first.Settle(await SignAsync(first, 3), PaymentOutcome.NotCharged);
        first.Settle(await SignAsync(first, 2), PaymentOutcome.Unknown);
        var written = await ListAsync(first);
        first.Dispose();

        var second = OnDisk(policy);

        (await RefusedAsync(second, 14)).Spent.ShouldBe(Cogs(7));
        (await RefusedAsync(second, 9)).Limit.ShouldBe("SpendingPolicy.MaxPerDay");
        (await RefusedAsync(second, 4, "model")).Spent.ShouldBe(Cogs(5));
        (await ListAsync(second)).ShouldBe(written);
        written.Select(receipt => receipt.Outcome).ShouldBe([PaymentOutcome.Paid, PaymentOutcome.NotCharged, PaymentOutcome.Unknown]);
    }

    [Test]
    public async Task Crash_BetweenSigningAndTheAnswer_LeavesAnOpenPaymentThatCounts()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(10) };
        var before = OnDisk(policy);
        await PayAsync(before, 3);
        await SignAsync(before, 4, channel: 7);

        var directory = Crashed();
        var after = OnDisk(policy, directory: directory);

        after.HighestSigned(7, 0).ShouldBe(Cogs(7));
        Directory.EnumerateFiles(directory, "client-*.lock", SearchOption.AllDirectories).Count().ShouldBe(1); // its own
        var open = after.OpenOf(7).Single();
        (open.Receipt.AmountBefore, open.Receipt.AmountAfter, open.Receipt.Outcome).ShouldBe((Cogs(3), Cogs(7), PaymentOutcome.Unknown));
        (await RefusedAsync(after, 4)).Spent.ShouldBe(Cogs(7));
        after.Settle(open, PaymentOutcome.NotCharged);
        await PayAsync(after, 7);
        after.OpenOf(7).ShouldBeEmpty();
    }

    [Test]
    public async Task OpenOf_OfAnotherClient_OnlyOnceThatIsGone()
    {
        var (one, other) = (OnDisk(), OnDisk());
        one.Settle(await SignAsync(one, 5), PaymentOutcome.Unknown);

        other.OpenOf(0).ShouldBeEmpty();
        one.Dispose();

        other.OpenOf(0).Count.ShouldBe(1);
        Directory.EnumerateFiles(Folder().Path, "client-*.lock").Count().ShouldBe(1);
    }

    [Test]
    public async Task TwoClients_OneSettlesWhatIsLeft_TheOtherKnows()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(10) };
        var gone = OnDisk();
        await SignAsync(gone, 10);
        var directory = Crashed();
        var (one, other) = (OnDisk(policy, directory: directory), OnDisk(policy, directory: directory));
        var (seenByOne, seenByOther) = (one.OpenOf(0).Single(), other.OpenOf(0).Single());

        one.Settle(seenByOne, PaymentOutcome.NotCharged);
        (await other.ReserveAsync(Order(10), CancellationToken.None)).Dispose();
        seenByOther.Receipt.Outcome.ShouldBe(PaymentOutcome.NotCharged);
        other.Settle(seenByOther, PaymentOutcome.Paid);

        (await RefusedAsync(one, 1)).Spent.ShouldBe(Cogs(10));
        (await ListAsync(one)).Single().Outcome.ShouldBe(PaymentOutcome.Paid);
    }

    [Test]
    public async Task TwoClients_WriteAtOnce_NoLineIsLost()
    {
        ReceiptLog[] logs = [OnDisk(fileBytes: 20_000), OnDisk(fileBytes: 20_000)];

        await Task.WhenAll(logs.Select(log => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                await PayAsync(log, 1);
        })));

        var receipts = await ListAsync(logs[0]);
        receipts.Count.ShouldBe(1_000);
        receipts.ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid);
        receipts.Select(receipt => receipt.AmountAfter.Cogs).Distinct().Count().ShouldBe(1_000);
    }

    [Test]
    public async Task Add_AnotherClientWasFaster_IsRefusedBeforeAnythingIsSigned()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(10) };
        var (one, other) = (OnDisk(policy), OnDisk(policy));
        var order = Order(6);
        using var reservation = await one.ReserveAsync(order, CancellationToken.None);
        await PayAsync(other, 6);

        Should.Throw<SpendingLimitException>(() => one.Add(Receipt(order), order with { Reservation = reservation })).Spent.ShouldBe(Cogs(6));

        (await ListAsync(one)).Count.ShouldBe(1);
    }

    [Test]
    public async Task File_ItsLines_AreReadableAndHoldNoSecret()
    {
        var log = OnDisk();
        var order = Order(5) with { ModelId = "modèle" };
        var entry = log.Add(Receipt(order) with { Note = "no free call left", Drawn = Cogs(7), Mode = PaymentMode.Prepaid, ChannelId = BigInteger.Pow(2, 255) }, order);
        log.Settle(entry, PaymentOutcome.NotCharged);
        Time.Advance(TimeSpan.FromSeconds(1));
        log.Settle(entry, PaymentOutcome.Paid);

        var lines = Lines().Select(line => JsonDocument.Parse(line).RootElement).ToArray();

        Members(lines[0]).ShouldBe(["file", "version", "chain", "escrow", "account", "next", "spent"]);
        Members(lines[1]).ShouldBe(["signed", "time", "by", "org", "service", "method", "model", "channel", "nonce", "before", "after", "drawn", "mode", "note"]);
        Members(lines[2]).ShouldBe(["settled", "at", "outcome"]);
        Members(lines[3]).ShouldBe(["corrected", "at", "outcome", "was", .. Members(lines[1])[1..]]);
        lines[1].GetProperty("after").GetString().ShouldBe("5");
        lines[1].GetProperty("time").GetString().ShouldBe("2026-01-02T03:04:05Z");
        Lines()[1].ShouldContain("modèle");
        (await ListAsync(log)).Single().ShouldBe(entry.Receipt);
    }

    [Test]
    public async Task File_IsCutAnywhere_TellsWhatWasWrittenWhole()
    {
        var log = OnDisk();
        await PayAsync(log, 1);
        await SignAsync(log, 2);
        var path = FilePath(1);
        var whole = File.ReadAllBytes(path);
        var ends = whole.Select((value, at) => (value, at)).Where(x => x.value == '\n').Select(x => x.at + 1).ToArray();

        for (var length = ends[0]; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using var after = OnDisk(new SpendingPolicy { MaxTotal = Cogs(0) });

            var expected = length >= ends[3] ? 3 : length >= ends[1] ? 1 : 0;
            (await RefusedAsync(after, 1)).Spent.ShouldBe(Cogs(expected), $"after {length} bytes");
            (await ListAsync(after)).Count.ShouldBe(length >= ends[3] ? 2 : length >= ends[1] ? 1 : 0);
            File.ReadAllBytes(path).Length.ShouldBe(ends.Last(end => end <= length));
        }
    }

    private static IEnumerable<TestCaseData> Damages()
    {
        yield return Damage("empty", _ => "");
        yield return Damage("not JSON", text => text.Replace("\"signed\":1", "signed:1", StringComparison.Ordinal));
        yield return Damage("another account", text => text.Replace("\"account\":\"0x", "\"account\":\"0y", StringComparison.Ordinal));
        yield return Damage("another chain", text => text.Replace("\"chain\":11155111", "\"chain\":1", StringComparison.Ordinal));
        yield return Damage("a newer version", text => text.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal));
        yield return Damage("a line that is not known", text => text + "{\"gift\":1}\n");
        yield return Damage("a negative amount", text => text.Replace("\"after\":\"5\"", "\"after\":\"-5\"", StringComparison.Ordinal));
        yield return Damage("a total that falls", text => text.Replace("\"before\":\"5\"", "\"before\":\"500\"", StringComparison.Ordinal));
        yield return Damage("more given back than spent", text => text + "{\"corrected\":1,\"outcome\":\"notCharged\",\"was\":\"paid\"," + Line(text, 1)[12..].Replace("\"after\":\"5\"", "\"after\":\"5000\"", StringComparison.Ordinal) + "\n");
        yield return Damage("a number beyond all", text => text.Replace("\"channel\":\"0\"", $"\"channel\":\"{new string('9', 79)}\"", StringComparison.Ordinal));
        yield return Damage("a receipt twice", text => text + Line(text, 1) + "\n");
        yield return Damage("two beginnings", text => text + Line(text, 0) + "\n");
        yield return Damage("a line without end", text => text + new string(' ', 70_000));
        yield return Damage("something after the last line", text => text + "{\"continued\":2}\n" + Line(text, 2) + "\n");
        yield return Damage("a wrong continuation", text => text + "{\"continued\":3}\n");

        static TestCaseData Damage(string name, Func<string, string> damage) => new TestCaseData(damage).SetArgDisplayNames(name);
        static string Line(string text, int index) => text.Split('\n')[index];
    }

    [TestCaseSource(nameof(Damages))]
    public async Task File_IsDamaged_NothingIsSignedUntilItIsMovedAway(Func<string, string> damage)
    {
        var log = OnDisk();
        await PayAsync(log, 5);
        await PayAsync(log, 5);
        log.Dispose();
        File.WriteAllText(FilePath(1), damage(File.ReadAllText(FilePath(1))));
        var after = OnDisk();

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = await Should.ThrowAsync<DataDirectoryException>(async () => await after.ReserveAsync(Order(1), CancellationToken.None));
            (error.Path, error.Code, error.MoneyMoved).ShouldBe((FilePath(1), "data_directory", MoneyMoved.No));
            error.Message.ShouldContain("At byte ");
        }

        Should.Throw<DataDirectoryException>(() => after.OpenOf(0));
        File.Move(FilePath(1), FilePath(1) + ".damaged");
        await PayAsync(after, 1);
        (await ListAsync(after)).Count.ShouldBe(1);
    }

    [Test]
    public async Task File_IsFull_TheNextCarriesOverTotalsAndOpenPayments()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(1_000), MaxPerModel = Cogs(500), MaxPerDay = Cogs(900) };
        var log = OnDisk(policy, fileBytes: 2_000);
        var open = await SignAsync(log, 1, channel: 7);
        var refused = await SignAsync(log, 2);
        log.Settle(refused, PaymentOutcome.NotCharged);
        for (var i = 0; i < 40; i++)
            await PayAsync(log, 10, "model");
        log.Settle(refused, PaymentOutcome.Paid);
        Directory.EnumerateFiles(Folder().Path, "receipts-*.jsonl").Count().ShouldBeGreaterThan(5);

        var after = OnDisk(policy, fileBytes: 2_000, directory: Crashed());

        (await RefusedAsync(after, 700)).Spent.ShouldBe(Cogs(403));
        (await RefusedAsync(after, 101, "model")).Spent.ShouldBe(Cogs(400));
        (await RefusedAsync(after, 500)).Limit.ShouldBe("SpendingPolicy.MaxPerDay");
        after.OpenOf(7).Single().Receipt.ShouldBe(open.Receipt);
        after.Settle(after.OpenOf(7).Single(), PaymentOutcome.Paid);
        var receipts = await ListAsync(after);
        receipts.Count.ShouldBe(42);
        receipts.ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid);
        receipts.Zip(receipts.Skip(1)).ShouldAllBe(pair => pair.First.AmountAfter == pair.Second.AmountBefore);
    }

    [Test]
    public async Task Files_OldOnesArePutAway_TotalsStay()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(50) };
        var log = OnDisk(policy, fileBytes: 2_000);
        for (var i = 0; i < 40; i++)
            await PayAsync(log, 1);
        var newest = Directory.EnumerateFiles(Folder().Path, "receipts-*.jsonl").Max()!;
        foreach (var old in Directory.EnumerateFiles(Folder().Path, "receipts-*.jsonl").Where(path => path != newest))
            File.Delete(old);

        var after = OnDisk(policy);

        (await RefusedAsync(after, 11)).Spent.ShouldBe(Cogs(40));
        (await ListAsync(after)).Count.ShouldBeInRange(1, 10);
    }

    [Test]
    public async Task File_IsFullAndTheClientStopsBeforeTheNext_TheNextIsBegunByAnother()
    {
        var log = OnDisk();
        await PayAsync(log, 5);
        log.Dispose();
        File.AppendAllText(FilePath(1), "{\"continued\":2}\n");

        var after = OnDisk(new SpendingPolicy { MaxTotal = Cogs(5) });

        (await RefusedAsync(after, 1)).Spent.ShouldBe(Cogs(5));
        File.Exists(FilePath(2)).ShouldBeTrue();
        (await ListAsync(after)).Count.ShouldBe(1);
    }

    [Test]
    public async Task File_IsContinuedByAnotherClient_BothGoOnInTheNext()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(1_000) };
        ReceiptLog[] logs = [OnDisk(policy, 3_000), OnDisk(policy, 3_000)];
        var underWay = await SignAsync(logs[0], 1);

        for (var i = 0; i < 60; i++)
            await PayAsync(logs[1 - (i / 20 % 2)], 1);
        logs[0].Settle(underWay, PaymentOutcome.NotCharged);

        (await RefusedAsync(logs[0], 1_000)).Spent.ShouldBe(Cogs(60));
        (await RefusedAsync(logs[1], 1_000)).Spent.ShouldBe(Cogs(60));
        var receipts = await ListAsync(logs[1]);
        receipts.Count.ShouldBe(61);
        receipts.Select(receipt => receipt.Outcome).ShouldBe([PaymentOutcome.NotCharged, .. Enumerable.Repeat(PaymentOutcome.Paid, 60)]);
    }

    [Test]
    [UnsupportedOSPlatform("windows")] // a user's own folders are his alone there
    public async Task Files_BelongToTheUserAlone()
    {
        var log = OnDisk(fileBytes: 1_000);
        for (var i = 0; i < 5; i++)
            await PayAsync(log, 1);

        var files = Directory.GetFiles(Folder().Path);
        files.Length.ShouldBeGreaterThan(3);
        foreach (var file in files)
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        foreach (var folder in Directory.EnumerateDirectories(Data.Path, "*", SearchOption.AllDirectories))
            File.GetUnixFileMode(folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, folder);
    }

    [Test]
    public async Task Reserve_FolderCannotBeMade_IsRefusedBeforeAnythingIsSigned()
    {
        File.WriteAllText(Data["file"], "");
        var log = OnDisk(directory: Data["file"]);

        var error = await Should.ThrowAsync<DataDirectoryException>(async () => await log.ReserveAsync(Order(1), CancellationToken.None));

        error.Path.ShouldStartWith(Data["file"]);
        error.Message.ShouldContain("Nothing was signed.");
    }

    [Test]
    [Platform("Linux", Reason = "Only it has a device that is always full.")]
    public async Task Add_DiskIsFull_IsRefusedAndGoesOnWhenThereIsRoom()
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(6) };
        var log = OnDisk(policy, fileBytes: 100);
        await PayAsync(log, 2);
        var underWay = await SignAsync(log, 3);
        foreach (var number in new[] { 2, 3, 4 })
            File.CreateSymbolicLink(FilePath(number) + ".tmp", "/dev/full");

        var order = Order(1);
        using var reservation = await log.ReserveAsync(order, CancellationToken.None);
        Should.Throw<DataDirectoryException>(() => log.Add(Receipt(order), order with { Reservation = reservation }));
        log.Settle(underWay, PaymentOutcome.NotCharged).Outcome.ShouldBe(PaymentOutcome.NotCharged);
        log.AddEnded(Receipt(Order(0)) with { Outcome = PaymentOutcome.Paid }, Order(0)).Outcome.ShouldBe(PaymentOutcome.Paid); // it has its answer
        foreach (var full in Directory.EnumerateFiles(Folder().Path, "*.tmp"))
            File.Delete(full);
        log.Add(Receipt(order), order with { Reservation = reservation });
        log.AddEnded(Receipt(Order(0)) with { Outcome = PaymentOutcome.Paid }, Order(0)).Outcome.ShouldBe(PaymentOutcome.Paid);

        (await RefusedAsync(log, 4)).Spent.ShouldBe(Cogs(3));
        (await ListAsync(log)).Select(receipt => receipt.Outcome).ShouldBe([PaymentOutcome.Paid, PaymentOutcome.NotCharged, PaymentOutcome.Unknown, PaymentOutcome.Paid]);
    }

    [Test]
    [Platform("Linux", Reason = "Only it has a device that is always full.")]
    public async Task AddEnded_DiskIsFull_WhatWasDrawnForAModelCountsAllTheSame()
    {
        var log = OnDisk(new SpendingPolicy { MaxPerModel = Cogs(10) }, fileBytes: 100);
        await PayAsync(log, 2);
        await SignAsync(log, 3);
        foreach (var number in new[] { 2, 3, 4 })
            File.CreateSymbolicLink(FilePath(number) + ".tmp", "/dev/full");

        var call = Order(6, "model");
        log.AddEnded(Receipt(Order(0, "model")) with { Drawn = Cogs(6), Outcome = PaymentOutcome.Paid }, call with { Reservation = log.ReserveDraw(call) });
        foreach (var full in Directory.EnumerateFiles(Folder().Path, "*.tmp"))
            File.Delete(full);

        Should.Throw<SpendingLimitException>(() => log.ReserveDraw(Order(5, "model"))).Spent.ShouldBe(Cogs(6));
        log.ReserveDraw(Order(4, "model"))!.Dispose();
    }

    [Test]
    public async Task Settle_FileWithThePaymentWasDamagedAndMovedAway_OthersGoOn()
    {
        var log = OnDisk(new SpendingPolicy { MaxTotal = Cogs(10) });
        await PayAsync(log, 2);
        var underWay = await SignAsync(log, 5);
        File.WriteAllLines(FilePath(1), [.. Lines()[..1], "?", .. Lines()[1..]]);
        for (var i = 0; i < 3; i++)
            await Should.ThrowAsync<DataDirectoryException>(async () => await log.ReserveAsync(Order(1), CancellationToken.None));

        File.Delete(FilePath(1));
        log.Settle(underWay, PaymentOutcome.NotCharged);

        await PayAsync(log, 10);
        (await RefusedAsync(log, 1)).Spent.ShouldBe(Cogs(10));
        (await ListAsync(log)).ShouldHaveSingleItem().Outcome.ShouldBe(PaymentOutcome.Paid);
    }

    private string FilePath(int number) => Folder()[$"receipts-{number:D6}.jsonl"];

    private string[] Lines() => File.ReadAllLines(FilePath(1));

    private static string[] Members(JsonElement line) => [.. line.EnumerateObject().Select(member => member.Name)];
}
