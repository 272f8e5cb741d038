using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Daemon;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Sandbox;

/// <summary>A whole SingularityNET platform in this process: chain, storage, daemon and provider, each on a loopback port of its own.</summary>
/// <remarks>It refuses what the real platform refuses. Dispose it to free its ports and threads; nothing outlives it.</remarks>
public sealed class SnetSandbox : IAsyncDisposable
{
    private readonly SandboxChain? _chain;

    private SnetSandbox(SandboxChain? chain, SandboxStorage storage, SandboxProvider provider, SandboxDaemon daemon, SnetPlatform platform) =>
        (_chain, Storage, Provider, Daemon, Platform) = (chain, storage, provider, daemon, platform);

    /// <summary>The platform as a client needs it: endpoints, contracts, and funded keys.</summary>
    public SnetPlatform Platform { get; }

    /// <summary>The chain.</summary>
    /// <exception cref="InvalidOperationException">The sandbox works on a node from outside.</exception>
    public SandboxChain Chain => _chain ?? throw new InvalidOperationException(
        $"The chain is the node at {Platform.Rpc}, which SandboxOptions.ChainEndpoint named. Ask that node.");

    /// <summary>The storage.</summary>
    public SandboxStorage Storage { get; }

    /// <summary>The daemon.</summary>
    public SandboxDaemon Daemon { get; }

    /// <summary>The provider.</summary>
    public SandboxProvider Provider { get; }

    /// <summary>Starts a platform.</summary>
    /// <param name="options">What kind; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the start; what has started by then is stopped.</param>
    /// <returns>The running platform.</returns>
    public static async Task<SnetSandbox> StartAsync(SandboxOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SandboxOptions();
        var chain = options.ChainEndpoint is null ? await SandboxChain.StartAsync(options.TimeProvider, cancellationToken).ConfigureAwait(false) : null;
        var storage = await SandboxStorage.StartAsync(cancellationToken).ConfigureAwait(false);
        var provider = await SandboxProvider.StartAsync(options, cancellationToken).ConfigureAwait(false);
        var config = options.DaemonConfig.DeepClone().AsObject();
        config.TryAdd("private_key_for_free_calls", TestKeys.FreeCall.Key);
        var settings = new DaemonSettings(
            options.DaemonVersion, options.ChainEndpoint ?? chain!.Endpoint, storage.Endpoint,
            EthereumAddress.Parse("0x4DCc70c6FCE4064803f0ae0cE48497B3f7182e5D"),
            EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520"),
            EthereumAddress.Parse("0x3A54192862D1c52C8175d4912f1f778d1E3C2449"),
            11155111, "test-org", "test-service", "default_group", provider.Endpoint,
            config, options.TimeProvider);
        var daemon = await SandboxDaemon.ListenAsync(settings, cancellationToken).ConfigureAwait(false);
        var platform = new SnetPlatform
        {
            Rpc = settings.Rpc, ChainId = settings.ChainId, Ipfs = settings.Ipfs, Daemon = daemon.Endpoint,
            Token = settings.Token, Mpe = settings.Mpe, Registry = settings.Registry,
            OrgId = settings.OrgId, ServiceId = settings.ServiceId, GroupName = settings.GroupName,
            Keys = [.. TestKeys.Users.Select(user => user.Key)],
            Recipient = TestKeys.Provider.Address,
        };
        await daemon.InitializeAsync(cancellationToken).ConfigureAwait(false);
        return new SnetSandbox(chain, storage, provider, daemon, platform);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync().ConfigureAwait(false);
        await Provider.DisposeAsync().ConfigureAwait(false);
        await Storage.DisposeAsync().ConfigureAwait(false);
        if (_chain is not null)
            await _chain.DisposeAsync().ConfigureAwait(false);
    }
}
