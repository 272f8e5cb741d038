using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Sandbox.Daemon;
using Snet.Sdk.Sandbox.Hosting;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Sandbox.Faults;

/// <summary>Faults of the daemon on order. Where nothing else is said, they strike calls that carry a payment.</summary>
public sealed class DaemonFaults
{
    private const string ChannelStatePath = "/escrow.PaymentChannelStateService/GetChannelState";

    private readonly FaultGate<GrpcServerCall> _gate = new();
    private readonly DaemonSettings _settings;
    private readonly DaemonState _state;
    private readonly Func<GrpcServer> _server;
    private readonly Func<PaymentChannels> _channels;

    internal DaemonFaults(DaemonSettings settings, DaemonState state, Func<GrpcServer> server, Func<PaymentChannels> channels) =>
        (_settings, _state, _server, _channels) = (settings, state, server, channels);

    /// <summary>A call is done and its payment stored; then the connection is cut, and its answer is lost.</summary>
    /// <param name="times">How many calls; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault CutNextAnswer(int times = 1) => Add(times, async (call, way) =>
    {
        call.OnWrite = _ => null;
        await way().ConfigureAwait(false);
        call.Abort();
    });

    /// <summary>The connection is cut when a call is about to be answered: its work is done, and its payment is not stored.</summary>
    /// <remarks>The paid training calls but for the upload are an exception, here as with the real daemon: they store the payment before they answer.</remarks>
    /// <param name="afterMessages">How many messages of a stream are sent before. Those that the client has not read by then may be lost with the connection.</param>
    /// <param name="times">How many calls; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault CutNextCall(int afterMessages = 0, int times = 1) => Add(times, (call, way) =>
    {
        var left = afterMessages;
        call.OnWrite = message =>
        {
            if (left-- > 0)
                return message;
            call.Abort();
            throw new OperationCanceledException("The fault that was ordered has cut the connection.");
        };
        return way();
    });

    /// <summary>The connection is cut as soon as a call has come: nothing is done and nothing stored.</summary>
    /// <param name="times">How many calls; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault CutNextRequest(int times = 1) => Add(times, (call, _) =>
    {
        call.Abort();
        return Task.CompletedTask;
    });

    /// <summary>A call waits before anything is done with it.</summary>
    /// <param name="delay">How long, on the sandbox's clock.</param>
    /// <param name="times">How many calls; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault DelayNextAnswer(TimeSpan delay, int times = 1) => Add(times, async (call, way) =>
    {
        if (await Pause.WaitAsync(delay, _settings.Time, call.Aborted).ConfigureAwait(false))
            await way().ConfigureAwait(false);
    });

    /// <summary>A payment is refused, whatever it is; nothing is charged.</summary>
    /// <param name="code">The status, such as 16 (UNAUTHENTICATED).</param>
    /// <param name="text">The daemon's words.</param>
    /// <param name="times">How many calls; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault RefuseNextPayment(int code = GrpcStatus.Unauthenticated, string text = "payment signature is not valid", int times = 1) =>
        Add(times, (_, _) => throw new GrpcException(code, text));

    /// <summary>A payment is refused for its nonce, in the daemon's words: as if the channel had been claimed.</summary>
    /// <param name="times">How many calls; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault RefuseNextNonce(int times = 1) => Add(times, (call, _) =>
    {
        var sent = BigInteger.Parse(call.RequestHeaders.GetString(PaymentHeaders.ChannelNonce) ?? "0", CultureInfo.InvariantCulture);
        throw new GrpcException(DaemonRefusals.IncorrectNonce, $"incorrect payment channel nonce, latest: {sent + 1}, sent: {sent}");
    });

    /// <summary>A call is refused because too many came, in the daemon's words; nothing is charged.</summary>
    /// <param name="times">How many calls; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault LimitNextCall(int times = 1) =>
        RefuseNextPayment(GrpcStatus.ResourceExhausted, "rate limiting , too many requests to handle", times);

    /// <summary>The daemon lies about a channel: it tells a signed total that was never signed, with a stranger's signature or with none.</summary>
    /// <param name="cogs">The total that it tells.</param>
    /// <param name="signed">Whether a stranger's signature comes with it; otherwise there is none.</param>
    /// <param name="times">How many answers about a channel's state; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault ForgeNextChannelState(BigInteger cogs, bool signed = true, int times = 1) =>
        _gate.Add(times, call => call.Method == ChannelStatePath, (call, way) =>
        {
            call.OnWrite = message => Forge(ChannelStateReply.Parser.ParseFrom(message.Span), cogs, signed).ToByteArray();
            return way();
        });

    /// <summary>A channel is locked, as by a paid call that never ends: every payment on it is refused.</summary>
    /// <param name="channelId">The channel's number in the escrow contract.</param>
    /// <returns>The fault; dispose it to free the channel.</returns>
    /// <exception cref="InvalidOperationException">A paid call of the channel is running.</exception>
    public Fault LockChannel(BigInteger channelId)
    {
        var (locks, key) = (_channels().Locks, GoText.Key(GoNumber.Text(channelId)));
        return locks.TryAcquire(key)
            ? new Fault(_ => locks.Release(key))
            : throw new InvalidOperationException($"A paid call of channel {channelId} is running. Lock it when that has ended.");
    }

    /// <summary>The daemon's storage hangs: calls are worked on, and their payments stored only when the fault is lifted, also where the client has gone by then.</summary>
    /// <remarks>Until then their channels stay locked, and the daemon tells the totals from before.</remarks>
    /// <returns>The fault; dispose it to let the storage go on.</returns>
    public Fault HoldStorage()
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fault = new Fault(_ =>
        {
            _state.StorageHeld = null;
            released.SetResult();
        });
        _state.StorageHeld = () =>
        {
            fault.Strike();
            return released.Task;
        };
        return fault;
    }

    /// <summary>The daemon loses what it has stored of a channel, as when its storage is set up anew. It believes the contract then: nothing is signed.</summary>
    /// <param name="channelId">The channel's number in the escrow contract.</param>
    public void ForgetChannel(BigInteger channelId) => _channels().Forget(channelId);

    /// <summary>The daemon wants another price for the service's methods than the published metadata says; dispose the fault to end that.</summary>
    /// <param name="cogs">The price of each call.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault ChangePrice(BigInteger cogs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cogs);
        _state.OtherPrice = cogs;
        return new Fault(_ => _state.OtherPrice = null);
    }

    /// <summary>The daemon is down: its connections are cut and new ones refused. It comes back at the same endpoint, and knows what it knew.</summary>
    /// <returns>The fault; dispose it to let the daemon come back.</returns>
    public Fault Stop()
    {
        var server = _server();
        server.StopListening();
        return new Fault(_ => server.ListenAgain());
    }

    /// <summary>Lets a call go its way, through the faults that strike it.</summary>
    internal Task PassAsync(GrpcServerCall call, Func<Task> way) => _gate.PassAsync(call, way);

    private Fault Add(int times, Func<GrpcServerCall, Func<Task>, Task> act) =>
        _gate.Add(times, call => call.RequestHeaders.GetString(PaymentHeaders.Type) is not null, act);

    private static ChannelStateReply Forge(ChannelStateReply reply, BigInteger cogs, bool signed)
    {
        reply.CurrentSignedAmount = ByteString.CopyFrom(BigEndian.Write32(cogs));
        reply.CurrentSignature = ByteString.Empty;
        if (!signed)
            return reply;
        using var stranger = PrivateKey.Parse(TestKeys.Daemon.Key);
        reply.CurrentSignature = ByteString.CopyFrom(stranger.SignMessage(BigEndian.Write32(cogs)));
        return reply;
    }
}
