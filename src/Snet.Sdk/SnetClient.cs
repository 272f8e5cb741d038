using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Snet.Ethereum;
using Snet.Sdk.Accounts;
using Snet.Sdk.Discovery;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Payments.Strategies;
using Snet.Sdk.Services;

namespace Snet.Sdk;

/// <summary>The way in: finds services, holds the account, shares connections and channels among the clients of services.</summary>
/// <remarks>Safe for threads; keep one for as long as the process lives. Making one reads and sends nothing. Without a signer it only reads.</remarks>
public class SnetClient : IAsyncDisposable, IDisposable
{
    internal static readonly string UserAgent = $"snet-sdk-dotnet/{typeof(SnetClient).Assembly.GetName().Version!.ToString(3)}";

    private readonly ConcurrentDictionary<PaymentGroup, ChannelPool> _pools = new();
    private readonly ConcurrentDictionary<(string OrgId, string ServiceId, PaymentGroup Group), PaymentStrategies> _strategies = new();
    private readonly List<HttpClient> _http = [];

    /// <summary>Makes a client.</summary>
    /// <param name="options">Network, node, signer and limits. They are read now; later changes have no effect.</param>
    /// <exception cref="ArgumentException">Options are missing or contradict each other; the message lists all of them.</exception>
    public SnetClient(SnetClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options = options.Copy();
        Logger = options.LoggerFactory.CreateLogger(typeof(SnetClient).FullName!);
        var rpc = new JsonRpcClient(
            NewHttp(options.NodeHttpHandler), options.RpcEndpoints, new JsonRpcOptions(options.AttemptTimeout, options.MaxRetries, options.TimeProvider));
        Chain = new ChainGateway(new EthereumClient(rpc), options.Network, options.TimeProvider);
        var ipfs = options.IpfsEndpoint ?? options.Network.IpfsEndpoint!;
        Registry = new SnetRegistry(Chain, new StorageClient(NewHttp(options.StorageHttpHandler), ipfs, options), options.Network.Registry);
        DaemonHttp = NewHttp(options.DaemonHttpHandler);
        Escrow = new EscrowAccount(Chain, options, Logger);
        var folder = AccountFolder.Of(options);
        Payments = new PaymentServices(options, Chain, Escrow, new ReceiptLog(options, folder, Logger), new ChannelMemory(folder, Logger), Logger);
        Caller = new PaidCaller(options, Logger);
        Account = new SnetAccount(this);
    }

    /// <summary>For stand-ins in tests.</summary>
    protected SnetClient() =>
        (Options, Logger, Chain, Registry, DaemonHttp, Escrow, Payments, Caller, Account) = (null!, null!, null!, null!, null!, null!, null!, null!, null!);

    /// <summary>The chain and its contracts.</summary>
    public virtual SnetNetwork Network => Options.Network;

    /// <summary>The account that pays.</summary>
    public virtual SnetAccount Account { get; }

    /// <summary>Organizations and services.</summary>
    public virtual SnetRegistry Registry { get; }

    internal SnetClientOptions Options { get; }

    internal ILogger Logger { get; }

    internal ChainGateway Chain { get; }

    internal EscrowAccount Escrow { get; }

    internal PaymentServices Payments { get; }

    internal PaidCaller Caller { get; }

    internal HttpClient DaemonHttp { get; }

    /// <summary>Gives a client for a service. Nothing is read before its first call.</summary>
    /// <param name="orgId">The organization's id, 1 to 32 bytes in UTF-8.</param>
    /// <param name="serviceId">The service's id, 1 to 32 bytes in UTF-8.</param>
    /// <param name="options">Settings of this service client.</param>
    /// <returns>The client; dispose it when the service is no longer used.</returns>
    /// <exception cref="ArgumentException">An id is empty or too long.</exception>
    public virtual ServiceClient GetServiceClient(string orgId, string serviceId, ServiceClientOptions? options = null)
    {
        _ = (Protocol.Bytes32.FromId(orgId), Protocol.Bytes32.FromId(serviceId));
        return new ServiceClient(this, orgId, serviceId, options ?? new ServiceClientOptions());
    }

    /// <summary>Gives a client for a service whose metadata has been read and checked.</summary>
    /// <param name="orgId">The organization's id, 1 to 32 bytes in UTF-8.</param>
    /// <param name="serviceId">The service's id, 1 to 32 bytes in UTF-8.</param>
    /// <param name="options">Settings of this service client.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ArgumentException">An id is empty or too long.</exception>
    /// <exception cref="MetadataException">There is no such service or group, or its metadata is broken.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<ServiceClient> CreateServiceClientAsync(
        string orgId, string serviceId, ServiceClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        var service = GetServiceClient(orgId, serviceId, options);
        await service.GetMetadataAsync(cancellationToken).ConfigureAwait(false);
        return service;
    }

    /// <summary>Closes all connections. Handlers and signers that were passed in stay open.</summary>
    public virtual void Dispose()
    {
        foreach (var strategies in _strategies.Values)
            strategies.Dispose();
        foreach (var pool in _pools.Values)
            pool.Dispose();
        Escrow?.Dispose();
        Payments?.Receipts.Dispose();
        foreach (var http in _http)
            http.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose"/>
    public virtual ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    // After channels were changed behind the backs of those who pay from them.
    internal Task ReloadChannelsAsync(CancellationToken cancellationToken) => Task.WhenAll(_pools.Values.Select(pool => pool.ReloadChangedAsync(cancellationToken)));

    internal ISigner RequireSigner() => Options.Signer ?? throw Signers.Missing();

    internal ISigner RequirePaymentSigner() => Options.PaymentSigner ?? RequireSigner();

    // Services of one organization share a group, and with it the channels and their one queue.
    internal ChannelPool GetPool(PaymentGroup group)
    {
        _ = RequireSigner();
        return _pools.GetOrAdd(group, key => new ChannelPool(key, RequirePaymentSigner(), Payments));
    }

    internal PaymentStrategies GetStrategies(string orgId, string serviceId, PaymentGroup group) =>
        _strategies.GetOrAdd((orgId, serviceId, group), key =>
            new PaymentStrategies(key.OrgId, key.ServiceId, key.Group.Id, RequirePaymentSigner(), GetPool(key.Group), Caller, Payments));

    private HttpClient NewHttp(HttpMessageHandler? special)
    {
        var handler = special ?? Options.HttpHandler;
        var http = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        http.Timeout = Timeout.InfiniteTimeSpan; // each attempt has a limit of its own
        http.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
        _http.Add(http);
        return http;
    }
}
