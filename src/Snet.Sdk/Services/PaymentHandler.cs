using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Snet.Grpc;
using Snet.Sdk.Diagnostics;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Services;

/// <summary>Pays for the gRPC calls that another library makes: adds the payment's headers and settles it when the call has ended.</summary>
/// <remarks>
/// Requests to anything but the service's own methods pass through unpaid. A refused call is not repeated here: its message may be a stream.
/// A message that comes again, from a handler further out that repeats or hedges, waits until the attempt before it has ended, asks for its fate, and is paid
/// only when nothing was taken for it, or when the daemon can take but one of the two payments.
/// </remarks>
internal sealed class PaymentHandler(ServiceClient service, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly HttpRequestOptionsKey<MessagePayment> Key = new("Snet.Sdk.Payment");
    private readonly ConditionalWeakTable<HttpContent, MessagePayment> _byContent = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri?.AbsolutePath ?? string.Empty;
        var definition = await service.GetDefinitionAsync(cancellationToken).ConfigureAwait(false);
        if (definition.Methods.FirstOrDefault(m => m.Path == path) is not { } method)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        var message = Recognize(request);
        await message.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var attempt in message.Attempts)
                await CheckFateAsync(attempt, cancellationToken).ConfigureAwait(false);
            var order = new PaymentOrder(service.OrgId, service.ServiceId, path, ServiceClient.PriceOf(definition, method))
            {
                TimeLimit = request.Headers.TryGetValues("grpc-timeout", out var limits) ? GrpcText.DecodeTimeout(limits.First()) : null,
            };
            var daemon = await service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
            if (method.PricingMethod is not null)
                await daemon.EnsureServiceIsThereAsync(cancellationToken).ConfigureAwait(false);
            var strategy = service.GetStrategies(definition).Choose(service.Client.Options.PaymentMode, definition.Group);
            var lease = await strategy.AcquireAsync(order, daemon, cancellationToken).ConfigureAwait(false);
            foreach (var attempt in message.Attempts)
                CheckRival(attempt.Receipt, lease);
            message.Attempts.Add(lease);
            message.Watch = Telemetry.StartCall(order, service.Client.Options.TimeProvider);
        }
        catch (Exception e)
        {
            message.Turn.Release();
            if (e is SnetException error && ServiceClient.MayHaveOtherPrices(error))
                service.ForgetPrices();
            throw;
        }

        return await SendPaidAsync(request, message, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendPaidAsync(HttpRequestMessage request, MessagePayment message, CancellationToken cancellationToken)
    {
        var lease = message.Attempts[^1];
        foreach (var name in request.Headers.Select(header => header.Key).Where(name => name.StartsWith("snet-", StringComparison.OrdinalIgnoreCase)).ToList())
            request.Headers.Remove(name); // of an attempt before
        foreach (var header in lease.Headers)
            request.Headers.TryAddWithoutValidation(header.Name, header.IsBinary ? Convert.ToBase64String(header.Bytes) : header.Text);

        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            End(message, lease.Doubt); // whatever it was, the payment may have left this process
            throw;
        }

        if (Status(response.Headers) is not null || response.StatusCode != HttpStatusCode.OK)
            Settle(message, lease, response.Headers);
        else
            response.Content = new SettlingContent(response, end => Settle(message, lease, end));
        return response;
    }

    // The same instance, a copy with the same options, or one that shares the content: so do repeating and hedging handlers send a message again.
    private MessagePayment Recognize(HttpRequestMessage request)
    {
        if (!request.Options.TryGetValue(Key, out var message))
            message = request.Content is { } content ? _byContent.GetValue(content, static _ => new MessagePayment()) : new MessagePayment();
        request.Options.Set(Key, message);
        return message;
    }

    private static async Task CheckFateAsync(IPaymentLease last, CancellationToken cancellationToken)
    {
        var fate = last.Receipt.Outcome switch
        {
            PaymentOutcome.NotCharged => MoneyMoved.No,
            PaymentOutcome.Paid => last.Receipt.Mode == PaymentMode.Free ? MoneyMoved.No : MoneyMoved.Yes,
            _ => await last.AskFateAsync(mayStillBeTaken: true, cancellationToken).ConfigureAwait(false),
        };
        if (fate == MoneyMoved.Yes)
            throw SentBefore(fate, $"{last.Receipt.Cost} was charged for it, and it is not paid a second time. Check whether the work was done; a new message is a new payment.");
    }

    // While the daemon may be at work on the payment before, only one above the same total can replace it: the daemon takes one of them.
    private static void CheckRival(PaymentReceipt last, IPaymentLease lease)
    {
        if (last is { Outcome: PaymentOutcome.NotCharged } or { Mode: PaymentMode.Free })
            return;
        var now = lease.Receipt;
        if (last.Outcome == PaymentOutcome.Unknown && (now.ChannelId, now.Nonce, now.AmountBefore) == (last.ChannelId, last.Nonce, last.AmountBefore))
            return;
        lease.Withdraw();
        throw last.Outcome == PaymentOutcome.Paid
            ? SentBefore(MoneyMoved.Yes, $"{last.Cost} was charged for it, and it is not paid a second time.")
            : SentBefore(MoneyMoved.Unknown, "Whether it was charged is open, so it is not paid again; the daemon is asked before anything more is signed.");
    }

    private static ServiceCallException SentBefore(MoneyMoved fate, string advice) =>
        new(GrpcStatus.Aborted, "the same message was sent before", CallOrigin.Transport, advice) { MoneyMoved = fate };

    // Unary answers end here as well; what a daemon refused for being out of step makes the next call ask for the state.
    private void Settle(MessagePayment message, IPaymentLease lease, HttpResponseHeaders? end) => End(message, () =>
    {
        switch (end is null ? null : Status(end))
        {
            case GrpcStatus.Ok:
                var receipt = lease.Confirm();
                message.Watch?.Succeed(receipt);
                service.Client.Logger.CallPaid(receipt.Method, receipt.Cost, receipt.Mode);
                break;
            case null or GrpcStatus.Cancelled or GrpcStatus.DeadlineExceeded:
                lease.Doubt();
                break;
            case var status:
                message.Watch?.Fail(ServiceCallException.ErrorCode);
                var refusal = lease.Refuse(new GrpcException(status.Value, GrpcText.DecodeMessage(GrpcHeaders.Find(end!, "grpc-message") ?? string.Empty)), waited: 0);
                if (refusal == PaymentRefusal.WrongIncome)
                    service.ForgetPrices();
                break;
        }
    });

    private static void End(MessagePayment message, Action settle)
    {
        try
        {
            settle();
        }
        finally
        {
            message.Watch?.Dispose();
            message.Turn.Release();
        }
    }

    /// <summary>What was paid for one message, over all attempts to send it.</summary>
    private sealed class MessagePayment
    {
        /// <summary>Measures the attempt that is under way.</summary>
        public Telemetry.CallWatch? Watch { get; set; }

        /// <summary>One attempt at a time.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>Each attempt's payment.</summary>
        public List<IPaymentLease> Attempts { get; } = [];
    }

    private static int? Status(HttpResponseHeaders headers) =>
        headers.TryGetValues("grpc-status", out var values) && int.TryParse(values.First(), CultureInfo.InvariantCulture, out var status) ? status : null;

    /// <summary>The answer's body, which tells the end of the call: behind it come the trailers with the status.</summary>
    private sealed class SettlingContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly HttpResponseMessage _response;
        private Action<HttpResponseHeaders?>? _settle;

        public SettlingContent(HttpResponseMessage response, Action<HttpResponseHeaders?> settle)
        {
            (_inner, _response, _settle) = (response.Content, response, settle);
            foreach (var (name, values) in _inner.Headers)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() =>
            new SettlingStream(await _inner.ReadAsStreamAsync().ConfigureAwait(false), () => End(_response.TrailingHeaders));

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await _inner.CopyToAsync(stream, context).ConfigureAwait(false);
            End(_response.TrailingHeaders);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                End(null); // given up before its end
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private void End(HttpResponseHeaders? trailers) => Interlocked.Exchange(ref _settle, null)?.Invoke(trailers);
    }

    private sealed class SettlingStream(Stream inner, Action onEnd) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0 && buffer.Length > 0)
                onEnd();
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            if (read == 0 && count > 0)
                onEnd();
            return read;
        }

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
