using System.Numerics;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Chain;
using Snet.Sdk.Sandbox.Daemon;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Sandbox;

/// <summary>A whole SingularityNET platform in this process: chain, storage, daemon and provider, each on a loopback port of its own.</summary>
/// <remarks>It refuses what the real platform refuses. Dispose it to free its ports and threads; nothing outlives it.</remarks>
public sealed class SnetSandbox : IAsyncDisposable
{
    private const long StartBlock = 100; // there is room to look back a while, as on any real chain
    private static readonly BigInteger Token = BigInteger.Pow(10, 18); // in cogs; an ether in wei is as many

    private readonly SandboxChain? _chain;
    private int _disposed;

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
    /// <exception cref="InvalidOperationException">The node that <see cref="SandboxOptions.ChainEndpoint"/> names lacks the platform's contracts.</exception>
    public static async Task<SnetSandbox> StartAsync(SandboxOptions? options = null, CancellationToken cancellationToken = default)
    {
        var started = new Stack<IAsyncDisposable>();
        try
        {
            return await StartAsync(options ?? new SandboxOptions(), started, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            foreach (var part in started)
                await part.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops everything at once; calls that still run are cut.</summary>
    /// <exception cref="SandboxViolationException">A client sent what ends or wedges a real daemon; see <see cref="SandboxDaemon.Violations"/>.</exception>
    /// <exception cref="InvalidOperationException">The sandbox itself failed while it answered a call.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        Exception[] faults = [.. Daemon.OwnFailures, .. Provider.OwnFailures]; // those so far: calls that are cut from here on are none
        await Daemon.DisposeAsync().ConfigureAwait(false);
        await Provider.DisposeAsync().ConfigureAwait(false);
        await Storage.DisposeAsync().ConfigureAwait(false);
        if (_chain is not null)
            await _chain.DisposeAsync().ConfigureAwait(false);
        if (Daemon.Violations is [var first, ..])
            throw first;
        if (faults is [var fault, ..])
            throw new InvalidOperationException($"The sandbox failed while it answered a call, which is its own mistake: {fault.Message}", fault);
    }

    private static async Task<SnetSandbox> StartAsync(SandboxOptions options, Stack<IAsyncDisposable> started, CancellationToken cancellationToken)
    {
        var chain = options.ChainEndpoint is null ? Started(await StartChainAsync(options, cancellationToken).ConfigureAwait(false)) : null;
        var storage = Started(await SandboxStorage.StartAsync(options.TimeProvider, cancellationToken).ConfigureAwait(false));
        var provider = Started(await SandboxProvider.StartAsync(options, cancellationToken).ConfigureAwait(false));

        var outside = options.Outside ?? OutsideChain.Default;
        using var publisher = new Publisher(options.ChainEndpoint ?? chain!.Endpoint);
        var chainId = chain is null ? await publisher.CheckChainAsync(outside, cancellationToken).ConfigureAwait(false) : Network.ChainId;
        var settings = Settings(options, outside, chainId, options.ChainEndpoint ?? chain!.Endpoint, storage.Endpoint, provider.Endpoint);

        // The metadata names the daemon's endpoint, and the daemon reads the metadata when it starts: so it takes its port first.
        var daemon = Started(await SandboxDaemon.ListenAsync(settings, cancellationToken).ConfigureAwait(false));
        var archive = storage.Add(PlatformMetadata.ProtoArchive(options.DynamicPricing));
        await publisher.PublishAsync(
            outside, chainId, storage, PlatformMetadata.Organization(options.Threshold),
            PlatformMetadata.Service(daemon.Endpoint, outside.Mpe, archive, options.Group), cancellationToken).ConfigureAwait(false);
        await daemon.InitializeAsync(cancellationToken).ConfigureAwait(false);
        return new SnetSandbox(chain, storage, provider, daemon, Describe(settings, daemon.Endpoint, outside.UserKeys));

        T Started<T>(T part)
            where T : IAsyncDisposable
        {
            started.Push(part);
            return part;
        }
    }

    private static async Task<SandboxChain> StartChainAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var chain = await SandboxChain.StartAsync(options.TimeProvider, cancellationToken).ConfigureAwait(false);
        foreach (var user in TestKeys.Users)
            chain.Fund(user.Address, cogs: 1000 * Token, wei: 10_000 * Token);
        foreach (var operatorKey in new[] { TestKeys.Daemon, TestKeys.FreeCall, TestKeys.Provider })
            chain.Fund(operatorKey.Address, cogs: 0, wei: 10_000 * Token);
        chain.Mine(StartBlock);
        return chain;
    }

    private static DaemonSettings Settings(SandboxOptions options, OutsideChain chain, long chainId, Uri rpc, Uri ipfs, Uri provider)
    {
        var config = options.DaemonConfig.DeepClone().AsObject();
        config.TryAdd("private_key_for_free_calls", TestKeys.FreeCall.Key);
        return new DaemonSettings(
            options.DaemonVersion, rpc, ipfs, chain.Registry, chain.Mpe, chain.Token, chainId, PlatformMetadata.OrganizationId, PlatformMetadata.ServiceId,
            PlatformMetadata.GroupName, provider, config, options.TimeProvider);
    }

    private static SnetPlatform Describe(DaemonSettings settings, Uri daemon, IReadOnlyList<string> keys) => new()
    {
        Rpc = settings.Rpc, ChainId = settings.ChainId, Ipfs = settings.Ipfs, Daemon = daemon,
        Token = settings.Token, Mpe = settings.Mpe, Registry = settings.Registry,
        OrgId = settings.OrgId, ServiceId = settings.ServiceId, GroupName = settings.GroupName,
        Keys = keys, Recipient = TestKeys.Provider.Address,
    };
}
