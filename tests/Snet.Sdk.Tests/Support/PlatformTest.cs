using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;

namespace Snet.Sdk.Tests.Support;

/// <summary>Tests that hold on any faithful platform: the sandbox, or the one that SNET_PLATFORM names.</summary>
/// <param name="version">The daemon's release; null when the tests hold on each.</param>
[Category("Platform")]
public abstract class PlatformTest(SandboxDaemonVersion? version = null)
{
    private readonly List<IAsyncDisposable> _owned = [];
    private SnetSandbox? _sandbox;
    private Faucet? _faucet;

    /// <summary>Versions as test parameters.</summary>
    protected static readonly SandboxDaemonVersion[] Versions = Enum.GetValues<SandboxDaemonVersion>();

    protected SnetPlatform Platform { get; private set; } = null!;

    /// <summary>The sandbox, for tests of category Sandbox.</summary>
    internal SnetSandbox Sandbox => _sandbox ?? throw new InvalidOperationException("This test needs the sandbox; give it the category Sandbox.");

    [OneTimeSetUp]
    public async Task StartPlatformAsync()
    {
        if (Environment.GetEnvironmentVariable("SNET_PLATFORM") is { Length: > 0 } file)
        {
            Platform = SnetPlatform.FromFile(file);
            await LeaveOutForAnotherReleaseAsync();
            _faucet = new Faucet(Platform);
            return;
        }

        _sandbox = await SnetSandbox.StartAsync(new SandboxOptions { DaemonVersion = version ?? DefaultVersion });
        _sandbox.Provider.ValidationTime = _sandbox.Provider.TrainingTime = TimeSpan.FromMilliseconds(100);
        Platform = _sandbox.Platform;
    }

    [SetUp]
    public void LeaveOutUploadsThatNoDaemonTakes()
    {
        if (_sandbox is not null && version is null && DefaultVersion == SandboxDaemonVersion.V6_2 && TestContext.CurrentContext.Test.AllCategories().Contains("Upload"))
            Assert.Ignore("Daemons 6.2 take no uploads.");
    }

    [TearDown]
    public async Task DisposeOwnedAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        _owned.Clear();
    }

    [OneTimeTearDown]
    public async Task StopPlatformAsync()
    {
        if (_sandbox is not null)
            await _sandbox.DisposeAsync();
    }

    /// <summary>Connects with an account of its own, which holds 1000 tokens and ether.</summary>
    protected SnetClient Connect(Action<SnetClientOptions>? change = null, ISigner? signer = null)
    {
        var options = SnetClientOptions.FromPlatform(Platform);
        options.Signer = signer ?? NewSigner();
        options.PaymentMode = PaymentMode.Escrow; // free and prepaid calls have tests of their own
        change?.Invoke(options);
        return Own(new SnetClient(options));
    }

    protected ServiceClient Service(SnetClient client) => Own(client.GetServiceClient(Platform.OrgId, Platform.ServiceId));

    /// <summary>Makes an account that holds tokens and ether.</summary>
    protected PrivateKeySigner NewSigner(int tokens = 1000)
    {
        var signer = PrivateKeySigner.CreateRandom();
        if (_sandbox is null)
            _faucet!.Fund(signer.Address, TokenAmount.FromTokens(tokens / 1000m).Cogs);
        else
            _sandbox.Chain.Fund(signer.Address, TokenAmount.FromTokens(tokens).Cogs, TokenAmount.FromTokens(10).Cogs);
        return signer;
    }

    protected T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    // SNET_DAEMON=6.2 plays the tests that hold on each release on that one.
    private static SandboxDaemonVersion DefaultVersion => Environment.GetEnvironmentVariable("SNET_DAEMON") is { Length: > 0 } text
        ? Enum.Parse<SandboxDaemonVersion>("V" + text.Replace('.', '_'))
        : SandboxDaemonVersion.V6_0;

    private async Task LeaveOutForAnotherReleaseAsync()
    {
        using var http = new HttpClient();
        var heartbeat = await http.GetStringAsync(new Uri(Platform.Daemon, "/heartbeat"));
        if (version is { } wanted && !heartbeat.Contains($"\"v{wanted.ToString()[1..].Replace('_', '.')}.", StringComparison.Ordinal))
            Assert.Ignore($"This platform's daemon is not of release {wanted}.");
    }

    protected static EthereumAddress Stranger => EthereumAddress.Parse("0x00000000000000000000000000000000000000aa");
}
