using System.Text.Json.Nodes;
using Snet.Sdk;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Platform;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Histories;

namespace Snet.Benchmarks.Soak;

/// <summary>One account with a platform of its own, and users that call side by side while things go wrong.</summary>
internal sealed class SoakLane : IAsyncDisposable
{
    public const int Hurry = 20; // a second of client and platform is 50 ms
    private const int Balance = 1_000_000_000; // in cogs: more than all the calls cost

    private const int Threshold = 40_320;
    private static readonly TimeSpan BlockTime = TimeSpan.FromSeconds(12) / Hurry;

    private readonly PaymentMode _mode;
    private readonly ChannelFunding _funding;
    private readonly int _users;
    private readonly int _seed;
    private readonly FastTime _time;
    private readonly SoakTroubles _troubles;
    private readonly PrivateKeySigner _account = PrivateKeySigner.CreateRandom();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("snet-soak-");
    private readonly SemaphoreSlim _calls;
    private readonly SemaphoreSlim _restarting = new(1, 1);
    private SnetClient _client = null!;
    private ServiceClient _service = null!;
    private readonly Timer _miner;
    private int _left;

    private SoakLane(SnetSandbox sandbox, FastTime time, PaymentMode mode, int users, ChannelFunding funding, int seed)
    {
        (Sandbox, _time, _mode, _users, _funding, _seed) = (sandbox, time, mode, users, funding, seed);
        Books = new SoakBooks(sandbox);
        Provider = new Provider(sandbox);
        Wire = new SoakWire(Books);
        _calls = new SemaphoreSlim(users, users);
        _troubles = new SoakTroubles(this);
        sandbox.Chain.Fund(_account.Address, Balance, System.Numerics.BigInteger.Pow(10, 22));
        _miner = new Timer(_ => sandbox.Chain.Mine(), null, BlockTime, BlockTime);
        Begin();
    }

    public SnetSandbox Sandbox { get; }

    public SoakBooks Books { get; }

    public Provider Provider { get; }

    public SoakWire Wire { get; }

    public bool IsPrepaid => _mode == PaymentMode.Prepaid;

    /// <summary>The errors that users got, by their codes.</summary>
    public IReadOnlyDictionary<string, int> Errors => _troubles.Errors;

    /// <summary>Prices that were published so far, in cogs.</summary>
    public SoakPrices Prices { get; } = new();

    /// <summary>Starts an account that pays in one way.</summary>
    public static async Task<SoakLane> StartAsync(PaymentMode mode, int users, ChannelFunding funding, int seed)
    {
        var time = new FastTime(Hurry);
        var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { TimeProvider = time, Group = SoakPrices.Metadata(SoakPrices.First) });
        return new SoakLane(sandbox, time, mode, users, funding, seed);
    }

    /// <summary>Makes calls, with a fault in one of ten, or without any.</summary>
    public async Task CallAsync(int calls, bool withFaults)
    {
        _left = calls;
        await Task.WhenAll(Enumerable.Range(0, _users).Select(user => Task.Run(async () =>
        {
            var chance = new Random(_seed + user);
            while (Interlocked.Decrement(ref _left) >= 0)
            {
                var manner = withFaults && chance.Next(10) == 0 ? await _troubles.OrderAsync(chance) : CallManner.Plain;
                await CallAsync(chance, manner);
                await _troubles.AfterCallAsync(chance);
            }
        })));
    }

    /// <summary>Everything goes well again: what is open is found out, and the provider claims all that he is owed.</summary>
    public async Task SettleAsync()
    {
        await _troubles.EndAsync();
        await RestartAsync(); // whoever comes next reads what is open from the files
        for (var tries = 0; tries == 0 || (tries < 10 && (await ReceiptsAsync()).Open > 0); tries++)
            await CallAsync(10 * _users, withFaults: false);
        foreach (var channel in Books.Channels)
        {
            var stored = Sandbox.Daemon.Channels.GetStored(channel);
            if (stored is { Authorized.IsZero: false } && await Provider.StartAsync(channel, stored.Nonce) is { } claim)
            {
                Books.Starts(claim);
                await ClaimAsync(claim, sendBack: false);
            }
        }
    }

    /// <summary>Publishes other prices.</summary>
    public async Task PublishAsync(IReadOnlyDictionary<string, int> prices)
    {
        var archive = Sandbox.Storage.Add(PlatformMetadata.ProtoArchive(dynamicPricing: false));
        var service = PlatformMetadata.Service(Sandbox.Platform.Daemon, Sandbox.Platform.Mpe, archive, SoakPrices.Metadata(prices));
        using var publisher = new Publisher(Sandbox.Platform.Rpc);
        await publisher.PublishAsync(
            OutsideChain.Default, Sandbox.Platform.ChainId, Sandbox.Storage, PlatformMetadata.Organization(Threshold), service, CancellationToken.None);
    }

    public async Task ClaimAsync(Claim claim, bool sendBack)
    {
        await Provider.FinishAsync(claim, sendBack);
        Books.Carried(claim);
    }

    /// <summary>The process ends and begins anew, with what its files say.</summary>
    public async Task RestartAsync()
    {
        await _restarting.WaitAsync();
        for (var i = 0; i < _users; i++)
            await _calls.WaitAsync();
        await EndAsync();
        Begin();
        _calls.Release(_users);
        _restarting.Release();
    }

    /// <summary>Gives the sums of the receipts, in cogs, and how many are still open.</summary>
    public async Task<SoakReceipts> ReceiptsAsync()
    {
        var sums = new SoakReceipts();
        await foreach (var receipt in _client.Account.ListReceiptsAsync())
        {
            sums.Count++;
            sums.Paid += (long)receipt.Paid.Cogs;
            sums.Drawn += receipt.Outcome == PaymentOutcome.Paid ? (long)receipt.Drawn.Cogs : 0;
            sums.Open += receipt.Outcome == PaymentOutcome.Unknown ? 1 : 0;
        }

        return sums;
    }

    /// <summary>What is wrong with the account's balance; null when every token is where it belongs.</summary>
    public string? FindImbalance()
    {
        var (wallet, escrow) = (Books.Chain.WalletOf(_account.Address), Books.Chain.EscrowOf(_account.Address));
        var channels = Books.Channels.Aggregate(System.Numerics.BigInteger.Zero, (sum, id) => sum + Books.Chain.Channel(id).Value);
        return wallet + escrow + channels + Books.Claimed == Balance
            ? null
            : $"wallet {wallet}, escrow {escrow}, channels {channels} and claimed {Books.Claimed} are not {Balance} cogs";
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _miner.DisposeAsync();
        _troubles.Dispose();
        Provider.Dispose();
        Wire.Dispose();
        await Sandbox.DisposeAsync();
        _account.Dispose();
        _calls.Dispose();
        _restarting.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task CallAsync(Random chance, CallManner manner)
    {
        var (method, a, b) = (manner == CallManner.ServiceFails ? "fail" : chance.Next(2) == 0 ? "add" : "mul", 3 + chance.Next(6), chance.Next(100));
        using var patience = new CancellationTokenSource();
        if (manner == CallManner.Cancelled)
            patience.CancelAfter(TimeSpan.FromMilliseconds(chance.Next(4)));
        var options = new ServiceCallOptions { Timeout = manner == CallManner.TimedOut ? TimeSpan.FromMilliseconds(Hurry * (1 + chance.Next(4))) : null };
        await _calls.WaitAsync(CancellationToken.None);
        try
        {
            var request = new JsonObject { ["a"] = method == "fail" ? 9 : a, ["b"] = b };
            var result = await _service.CallAsync(method, request, options, patience.Token);
            if (!Prices.WasPublished(method, result.Paid))
                Books.Break($"{method} cost {result.Paid}, which was never its price");
            if (float.Parse(result.Value["value"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture) != (method == "mul" ? a * b : a + b))
                Books.Break($"{method} of {a} and {b} gave {result.Value}");
            Books.Succeed(result.Paid);
        }
        catch (SnetException e)
        {
            Books.Fail(e.MoneyMoved, Prices.Highest(method));
            _troubles.Saw(e);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Books.Fail(MoneyMoved.Unknown, Prices.Highest(method));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Books.Fail(MoneyMoved.Unknown, Prices.Highest(method));
            Books.Break($"{method} ended in {e}");
        }
        finally
        {
            _calls.Release();
        }
    }

    private void Begin()
    {
        var options = SnetClientOptions.FromPlatform(Sandbox.Platform);
        (options.Signer, options.PaymentMode, options.Funding, options.TimeProvider) = (_account, _mode, _funding, _time);
        (options.DaemonHttpHandler, options.DataDirectory) = (Wire, _directory.FullName);
        // What takes longer than this is no fault that was ordered, but a machine that is too slow for the hurry.
        (options.AttemptTimeout, options.CallTimeout, options.QueueTimeout, options.TransactionTimeout) =
            (Hurry * TimeSpan.FromSeconds(10), Hurry * TimeSpan.FromSeconds(20), Hurry * TimeSpan.FromMinutes(2), Hurry * TimeSpan.FromMinutes(2));
        _client = new SnetClient(options);
        _service = _client.GetServiceClient(Sandbox.Platform.OrgId, Sandbox.Platform.ServiceId);
    }

    private async Task EndAsync()
    {
        await _service.DisposeAsync();
        await _client.DisposeAsync();
    }
}

/// <summary>How a user makes a call.</summary>
internal enum CallManner
{
    Plain,
    Cancelled,
    TimedOut,
    ServiceFails,
}

/// <summary>What receipts come to, in cogs.</summary>
internal sealed record SoakReceipts
{
    public int Count { get; set; }

    public int Open { get; set; }

    public long Paid { get; set; }

    public long Drawn { get; set; }
}
