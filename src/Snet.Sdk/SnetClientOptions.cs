using System.Numerics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;

namespace Snet.Sdk;

/// <summary>How a <see cref="SnetClient"/> connects, signs and spends. Every default works; a network needs at least one node.</summary>
public sealed class SnetClientOptions
{
    /// <summary>The chain and its contracts. Default: <see cref="SnetNetwork.Sepolia"/>, whose tokens have no value.</summary>
    public SnetNetwork Network { get; set; } = SnetNetwork.Sepolia;

    /// <summary>JSON-RPC endpoints of Ethereum nodes, <c>http</c> or <c>https</c>; the next is used when one fails.</summary>
    public IReadOnlyList<Uri> RpcEndpoints { get; set; } = [];

    /// <summary>The IPFS HTTP API that metadata is read from. Null (default): the network's.</summary>
    public Uri? IpfsEndpoint { get; set; }

    /// <summary>The account that pays, and that owns models. Null (default): the client only reads.</summary>
    public ISigner? Signer { get; set; }

    /// <summary>A second key that signs payments and authorizations for the account's channels. Null (default): <see cref="Signer"/> itself.</summary>
    /// <remarks>Models then belong to this key's address: the daemon knows only who signed (protocol c.2).</remarks>
    public ISigner? PaymentSigner { get; set; }

    /// <summary>How service calls are paid, unless a call says otherwise. Default: <see cref="PaymentMode.Automatic"/>.</summary>
    public PaymentMode PaymentMode { get; set; }

    /// <summary>A folder of the client's own for receipts and channel memory, so that both survive a restart. Null (default): memory only.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>Limits for what is signed. The default adds none to the rule that only a published or agreed price is paid.</summary>
    public SpendingPolicy Spending { get; set; } = new();

    /// <summary>How many calls may wait for a payment channel, or for their free call, at a time; one more ends with <see cref="PaymentQueueException"/>. Default: 1,000; 0 for none.</summary>
    /// <remarks>A daemon works on one paid call of a channel at a time. All services of one payment group of an organization share a queue.</remarks>
    public int MaxQueuedCalls { get; set; } = 1_000;

    /// <summary>How long a call waits for a payment channel, or for its free call, before it ends with <see cref="PaymentQueueException"/>. Default: 5 min; above zero, at most 49 days.</summary>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How channels are opened and filled.</summary>
    public ChannelFunding Funding { get; set; } = new();

    /// <summary>Sends all HTTP requests where no special handler is set. Null (default): the platform's own. What is passed in stays yours to dispose.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Sends the requests to Ethereum nodes. Null (default): <see cref="HttpHandler"/>.</summary>
    public HttpMessageHandler? NodeHttpHandler { get; set; }

    /// <summary>Sends the requests to the storage. Null (default): <see cref="HttpHandler"/>.</summary>
    public HttpMessageHandler? StorageHttpHandler { get; set; }

    /// <summary>Sends the calls to daemons; it must speak HTTP/2. Null (default): <see cref="HttpHandler"/>.</summary>
    public HttpMessageHandler? DaemonHttpHandler { get; set; }

    /// <summary>Where logs go. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How long one attempt to read from a node, the storage or a daemon may take. Default: 10 s; above zero, at most 49 days.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a failed read is repeated. Default: 3; 0 for never.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>How long a call of a service may take. Default: 100 s, as the daemon's own; above zero, at most 49 days. Uploads have <see cref="UploadIdleTimeout"/> instead.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How long an upload may stand still. Default: 100 s; above zero, at most 49 days.</summary>
    public TimeSpan UploadIdleTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How long a transaction is waited for. Default: 5 min; above zero, at most 49 days.</summary>
    public TimeSpan TransactionTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most that a transaction may pay for a unit of gas, in wei (10^9 is one gwei); dearer ones are not sent. Null (default): twice what the chain asks for when it is sent, and more only while it is stuck.</summary>
    public BigInteger? MaxFeePerGas { get; set; }

    /// <summary>Connects to a platform that a file or the sandbox describes, with its first key as signer.</summary>
    /// <param name="platform">The platform.</param>
    /// <returns>Options that can still be changed.</returns>
    public static SnetClientOptions FromPlatform(SnetPlatform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return new SnetClientOptions
        {
            Network = SnetNetwork.Custom("platform", platform.ChainId, platform.Token, platform.Mpe, platform.Registry, platform.Ipfs),
            RpcEndpoints = [platform.Rpc],
            Signer = platform.Keys.Count == 0 ? null : PrivateKeySigner.FromHex(platform.Keys[0]),
        };
    }

    // What a client goes by: later changes of the options do not reach it.
    internal SnetClientOptions Copy()
    {
        var copy = (SnetClientOptions)MemberwiseClone();
        (copy.RpcEndpoints, copy.Signer, copy.PaymentSigner) = ([.. RpcEndpoints], CheckedSigner.Of(Signer), CheckedSigner.Of(PaymentSigner));
        return copy;
    }

    /// <summary>The longest that timers wait.</summary>
    internal static readonly TimeSpan LongestTime = TimeSpan.FromDays(49);

    // All that is wrong in one error, so that it is mended in one go.
    internal void Validate()
    {
        List<string> problems = [];
        if (Network is null)
            problems.Add($"{nameof(Network)}: choose SnetNetwork.Mainnet, SnetNetwork.Sepolia or SnetNetwork.Custom(...).");
        if (RpcEndpoints is not { Count: > 0 })
            problems.Add($"{nameof(RpcEndpoints)}: give one JSON-RPC endpoint at least.");
        foreach (var endpoint in RpcEndpoints ?? [])
            CheckEndpoint(endpoint, nameof(RpcEndpoints), problems);
        if (IpfsEndpoint is not null)
            CheckEndpoint(IpfsEndpoint, nameof(IpfsEndpoint), problems);
        CheckTime(AttemptTimeout, nameof(AttemptTimeout), problems);
        CheckTime(CallTimeout, nameof(CallTimeout), problems);
        CheckTime(UploadIdleTimeout, nameof(UploadIdleTimeout), problems);
        CheckTime(TransactionTimeout, nameof(TransactionTimeout), problems);
        CheckTime(QueueTimeout, nameof(QueueTimeout), problems);
        if (MaxQueuedCalls < 0)
            problems.Add($"{nameof(MaxQueuedCalls)}: give 0 or more; got {MaxQueuedCalls}.");
        if (MaxFeePerGas <= 0)
            problems.Add($"{nameof(MaxFeePerGas)}: give wei above zero, or null for no limit; got {MaxFeePerGas}.");
        if (MaxRetries < 0)
            problems.Add($"{nameof(MaxRetries)}: give 0 or more; got {MaxRetries}.");
        if (PaymentSigner is not null && Signer is null)
            problems.Add($"{nameof(PaymentSigner)}: it needs {nameof(Signer)}, the account whose channels it pays from.");
        if (DataDirectory is not null && string.IsNullOrWhiteSpace(DataDirectory))
            problems.Add($"{nameof(DataDirectory)}: give a path, or null to keep everything in memory.");
        Funding?.AddProblems(problems);
        if (LoggerFactory is null || TimeProvider is null || Spending is null || Funding is null)
            problems.Add($"{nameof(LoggerFactory)}, {nameof(TimeProvider)}, {nameof(Spending)} and {nameof(Funding)} have defaults; don't set them to null.");
        if (problems.Count > 0)
            throw new ArgumentException("The client's options cannot be used:" + string.Concat(problems.Select(p => Environment.NewLine + "- " + p)));
    }

    private static void CheckEndpoint(Uri? endpoint, string option, List<string> problems)
    {
        if (endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            problems.Add($"{option}: an endpoint is an absolute http or https address.");
    }

    private static void CheckTime(TimeSpan value, string option, List<string> problems)
    {
        if (value <= TimeSpan.Zero || value > LongestTime)
            problems.Add($"{option}: give a time above zero and of at most {LongestTime.Days} days; got {value}.");
    }
}
