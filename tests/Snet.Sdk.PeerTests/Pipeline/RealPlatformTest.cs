using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.PeerTests.Chain;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Training;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>The SDK as client, the sandbox's daemon and provider, and between them the platform's own contracts on a real node.</summary>
[Category("Peer")]
public abstract class RealPlatformTest(SandboxDaemonVersion version = SandboxDaemonVersion.V6_0)
{
    /// <summary>What one call of the sample service costs.</summary>
    private protected static readonly TokenAmount CallPrice = TokenAmount.FromCogs(5);

    /// <summary>The provider's threshold, in blocks: small, so that a channel's end can be waited for.</summary>
    private protected const long Threshold = 100;

    /// <summary>How to wait for a provider that needs a tenth of a second.</summary>
    private protected static readonly WaitOptions Quick = new() { PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(30) };

    private readonly List<IAsyncDisposable> _owned = [];

    private protected RealChain Chain { get; private set; } = null!;

    private protected SnetSandbox Sandbox { get; private set; } = null!;

    private protected ProviderTill Till { get; private set; } = null!;

    /// <summary>The account of this test: 1000 cogs, ten ether, and nothing sent yet.</summary>
    private protected PrivateKeySigner Account { get; private set; } = null!;

    private protected SnetClient Snet { get; private set; } = null!;

    private protected ServiceClient Service { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartPlatformAsync()
    {
        Chain = await RealChain.StartAsync();
        Sandbox = await SnetSandbox.StartAsync(
            new SandboxOptions { DaemonVersion = version, ChainEndpoint = Chain.Rpc, Outside = Chain.Outside, Threshold = Threshold });
        Sandbox.Provider.ValidationTime = Sandbox.Provider.TrainingTime = TimeSpan.FromMilliseconds(100);
        Till = new ProviderTill(Chain, Sandbox.Daemon.Endpoint);
    }

    [SetUp]
    public async Task ConnectAsync()
    {
        Account = await NewAccountAsync(1000);
        Snet = Connect(Account);
        Service = ServiceOf(Snet);
    }

    [TearDown]
    public async Task DisposeOwnedAsync()
    {
        if (Account is null)
            return; // left out

        await Service.DisposeAsync();
        await Snet.DisposeAsync();
        Account.Dispose();
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        _owned.Clear();
    }

    [OneTimeTearDown]
    public async Task StopPlatformAsync()
    {
        Till?.Dispose();
        if (Sandbox is not null)
            await Sandbox.DisposeAsync();
        if (Chain is not null)
            await Chain.DisposeAsync();
    }

    /// <summary>Makes an account that has never sent anything.</summary>
    /// <param name="cogs">What it holds in tokens, beside ten ether.</param>
    private protected async Task<PrivateKeySigner> NewAccountAsync(long cogs)
    {
        var signer = PrivateKeySigner.CreateRandom();
        await Chain.FundAsync(signer.Address, cogs);
        return signer;
    }

    /// <summary>Connects as a user does.</summary>
    private protected SnetClient Connect(ISigner signer, Action<SnetClientOptions>? change = null)
    {
        var options = SnetClientOptions.FromPlatform(Sandbox.Platform);
        options.PaymentMode = PaymentMode.Escrow; // what is tested here is paid
        options.Signer = signer;
        options.TransactionTimeout = options.CallTimeout = TimeSpan.FromSeconds(30);
        change?.Invoke(options);
        return Own(new SnetClient(options));
    }

    private protected ServiceClient ServiceOf(SnetClient client) => Own(client.GetServiceClient(Sandbox.Platform.OrgId, Sandbox.Platform.ServiceId));

    /// <summary>Makes one paid call.</summary>
    /// <returns>Its receipt.</returns>
    private protected static async Task<PaymentReceipt> PayAsync(ServiceClient service) =>
        (await service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 })).Receipt.ShouldNotBeNull();

    private protected static async Task<List<PaymentReceipt>> ReceiptsAsync(SnetClient client)
    {
        List<PaymentReceipt> receipts = [];
        await foreach (var receipt in client.Account.ListReceiptsAsync())
            receipts.Add(receipt);
        return receipts;
    }

    /// <summary>How many transactions an account has sent.</summary>
    private protected async Task<BigInteger> CountTransactionsAsync(ISigner signer) => await Chain.Client.GetNextNonceAsync(signer.Address, CancellationToken.None);

    /// <summary>What an account has in escrow and in no channel, in cogs.</summary>
    private protected async Task<BigInteger> GetEscrowAsync(ISigner signer) =>
        (BigInteger)(await Chain.CallAsync(Chain.Mpe, EscrowContract.Balances, signer.Address))[0];

    private protected static TokenAmount Cogs(BigInteger cogs) => TokenAmount.FromCogs(cogs);

    private T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
