using System.Numerics;
using Microsoft.AspNetCore.Http;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Daemon;
using Snet.Sdk.Sandbox.Daemon.Models;
using Snet.Sdk.Sandbox.Daemon.Payments;
using Snet.Sdk.Sandbox.Daemon.Services;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox;

/// <summary>The platform's daemon: it takes calls for the service, checks their payment, and hands them to the provider.</summary>
public sealed class SandboxDaemon : IAsyncDisposable
{
    private readonly DaemonSettings _settings;
    private readonly DaemonConfiguration _configuration;
    private readonly DaemonState _state = new();
    private readonly DaemonChain _chain;
    private readonly List<IDisposable> _owned = [];
    private GrpcServer _server = null!;
    private DaemonRouter? _router;
    private StreamCalls? _streams;
    private HttpPages? _pages;
    private PaymentChannels? _channels;
    private int _running;

    private SandboxDaemon(DaemonSettings settings)
    {
        (_settings, _configuration, _chain) = (settings, new DaemonConfiguration(settings), new DaemonChain(settings));
        _owned.Add(_chain);
        Faults = new DaemonFaults(settings, _state, () => _server, () => _channels!);
    }

    /// <summary>Where it listens; the service's metadata names it.</summary>
    public Uri Endpoint => _server.Address;

    /// <summary>Every request so far that would have ended or wedged the real daemon; <see cref="SnetSandbox.DisposeAsync"/> throws the
    /// first.</summary>
    public IReadOnlyList<SandboxViolationException> Violations => _state.Violations;

    /// <summary>Faults on order.</summary>
    public DaemonFaults Faults { get; }

    /// <summary>Tells the total that the daemon has stored for a channel in its present round: what was really taken, whatever the client believes.</summary>
    /// <param name="channelId">The channel's number in the escrow contract.</param>
    /// <returns>The total, in cogs; zero while nothing was paid.</returns>
    public BigInteger GetSignedTotal(BigInteger channelId) => _channels?.GetStored(channelId)?.Authorized ?? BigInteger.Zero;

    /// <summary>What the daemon has stored of each channel, and the claims under way.</summary>
    internal PaymentChannels Channels => _channels ?? throw new InvalidOperationException("The daemon is still starting.");

    /// <summary>What was paid ahead on each channel, and what of it is used.</summary>
    internal PrepaidPlans Plans { get; } = new();

    /// <summary>How many calls it is working on.</summary>
    internal int Running => Volatile.Read(ref _running);

    /// <summary>Calls that the sandbox itself failed to answer; none, if it is right.</summary>
    internal IReadOnlyCollection<Exception> OwnFailures => _server.Faults;

    /// <summary>Takes a port. The metadata must name it before <see cref="InitializeAsync"/> reads it back.</summary>
    internal static async Task<SandboxDaemon> ListenAsync(DaemonSettings settings, CancellationToken cancellationToken)
    {
        var daemon = new SandboxDaemon(settings);
        var options = new GrpcServerOptions
        {
            MaxReceiveMessageSize = daemon._configuration.MaxMessageSize, OnHttp1 = daemon.AnswerHttpAsync,
        };
        daemon._server = await GrpcServer.StartAsync(options, daemon.AnswerAsync, cancellationToken).ConfigureAwait(false);
        return daemon;
    }

    /// <summary>Reads the service's registration and metadata, as the real daemon does when it starts, and begins to take calls.</summary>
    internal async Task InitializeAsync(CancellationToken cancellationToken)
    {
        var quirks = Quirks.Of(_settings.Version);
        using var reader = new MetadataReader(_settings, _chain);
        var metadata = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var channels = _channels = new PaymentChannels(_chain, metadata.Recipient, metadata.GroupId, quirks);
        var parts = new DaemonParts(_settings, _configuration, quirks, metadata, _chain, channels, _state);

        var passthrough = new Passthrough(parts);
        var training = new TrainingServices(parts);
        var prices = new Prices(parts);
        _owned.AddRange([passthrough, training, prices]);
        Task<BigInteger> PriceAsync(PaymentRequest request, CancellationToken token) =>
            request.Method.Contains("/upload_and_validate", StringComparison.Ordinal)
                ? training.Prices.OfUploadAsync(request, token)
                : prices.GetAsync(request, token);

        var (freeCalls, plans, tokens) = (new FreeCalls(parts), Plans, new PrepaidTokens(parts));
        var escrow = new EscrowPayment(parts, PriceAsync);
        var types = new Dictionary<string, IPaymentHandler>
        {
            [PaymentHeaders.EscrowType] = escrow,
            [PaymentHeaders.TrainCallType] = escrow,
            [PaymentHeaders.FreeCallType] = new FreeCallPayment(parts, freeCalls),
            [PaymentHeaders.PrepaidCallType] = new PrepaidPayment(plans, tokens, prices.GetAsync), // for an upload, too
        };
        var probe = new ServiceProbe(parts);
        var health = new HealthService(parts, probe);
        var handlers = new Dictionary<string, StreamHandler>
        {
            [TrainingServices.UploadPath] = training.UploadHandler(),
            [HealthService.WatchPath] = health.WatchAsync,
        };
        _streams = new StreamCalls(
            parts, new PaymentTypes(types, PaymentHeaders.EscrowType, _configuration.BlockchainEnabled), handlers, passthrough.RunAsync);
        _pages = new HttpPages(parts, probe, training.Metadata);

        var router = new DaemonRouter(_settings.Time);
        if (_configuration.BlockchainEnabled)
        {
            new PaymentChannelStateService(parts).Register(router);
            new TokenService(parts, plans, tokens).Register(router);
            new ProviderControlService(parts).Register(router);
        }
        else
        {
            BlockchainOff.Register(router);
        }

        new FreeCallStateService(parts, freeCalls).Register(router);
        new ConfigurationService(parts).Register(router);
        health.Register(router);
        training.Register(router);
        _router = router;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        foreach (var owned in _owned)
            owned.Dispose();
    }

    private Task AnswerHttpAsync(HttpContext context)
    {
        if (_pages is { } pages && !_state.HasEnded)
            return pages.AnswerAsync(context);
        context.Abort(); // nobody listens yet, or any more
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(GrpcServerCall call)
    {
        if (_router is null)
            throw new GrpcException(GrpcStatus.Unavailable, "The daemon is still starting.");
        _state.ThrowIfEnded();
        Interlocked.Increment(ref _running);
        try
        {
            await Faults.PassAsync(call, () => DispatchAsync(call)).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private Task DispatchAsync(GrpcServerCall call)
    {
        if (call.Method.LastIndexOf('/') < 1)
            throw new GrpcException(GrpcStatus.Unimplemented, $"malformed method name: \"{call.Method}\"");
        return _router!.Find(call.Method) is { } method ? method(call) : _streams!.AnswerAsync(call);
    }
}
