using System.Diagnostics;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What is agreed is paid exactly, once, and never more, whatever happens. An onlooker holds each step of a history against these invariants.</summary>
/// <remarks>
/// <para>P1: 0 ≤ earlier total ≤ later total ≤ value, for what the daemon takes of a round and for what is signed.</para>
/// <para>P2: nothing is signed above what the daemon has taken, and the one price that was agreed for the call.</para>
/// <para>P3: after an unknown fate the daemon's total decides, before anything is signed again.</para>
/// <para>P4: the receipts cover what the daemon has taken, no more and no less.</para>
/// <para>P5: wallet, escrow, channels and what was claimed come to what the account was ever given.</para>
/// <para>P6: nothing is signed that the spending policy forbids.</para>
/// <para>P7: one request is never paid twice.</para>
/// <para>P8: a call that succeeded has cost its price, one that was refused nothing, and the user is told so.</para>
/// <para>P9: a daemon that lies gets no signature above what the account's own signatures prove, and one price.</para>
/// <para>Besides: no error comes out but the SDK's own (E), and when all goes well again, everybody can pay again (L).</para>
/// <para>SNET_HISTORIES is the number of histories. A run prints its seed; SNET_HISTORIES_SEED repeats it, or one history of it; SNET_HISTORIES_SMALLER=0 leaves one that fails as it is.</para>
/// </remarks>
[Category("Sandbox")]
public sealed class HistoryTests
{
    private const int OnADesk = 200;
    private const int AtOnce = 4; // they wait for sockets, so more than there are processors; properties that are tasks would run all at once

    [Test]
    public async Task Payments_AnyHistory_KeepP1ToP9()
    {
        var count = Setting("SNET_HISTORIES") is { } number ? int.Parse(number, CultureInfo.InvariantCulture) : OnADesk;
        var replay = Setting("SNET_HISTORIES_SEED") is { } seed ? Parse(seed) : new Replay(new Rnd((ulong)System.Random.Shared.NextInt64()), FSharpOption<int>.None);
        TestContext.Out.WriteLine($"{count} histories from SNET_HISTORIES_SEED={replay.Rnd.Seed},{replay.Rnd.Gamma}");
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(count).WithReplay(replay)
            .WithParallelRunConfig(FSharpOption<ParallelRunConfig>.Some(new ParallelRunConfig(AtOnce)));
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

        await using (var lanes = new Lanes())
            await Task.Run(() => Check.One(config, Prop.ForAll(Chance.Histories(smaller: Setting("SNET_HISTORIES_SMALLER") != "0"), history => lanes.RunAsync(history).GetAwaiter().GetResult())));

        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var cost = (Environment.CpuUsage.TotalTime - used).TotalMilliseconds / count;
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{elapsed:0} s, {count / elapsed:0.0} histories a second, {cost:0.0} ms of processor time each"));
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    // As FsCheck prints it: seed, gamma, and the size where one history is meant.
    private static Replay Parse(string text)
    {
        var parts = text.Trim('(', ')').Split(',');
        return new Replay(
            new Rnd(ulong.Parse(parts[0], CultureInfo.InvariantCulture), ulong.Parse(parts[1], CultureInfo.InvariantCulture)),
            parts.Length > 2 ? FSharpOption<int>.Some(int.Parse(parts[2], CultureInfo.InvariantCulture)) : FSharpOption<int>.None);
    }
}
