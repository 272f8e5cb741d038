using System.Globalization;
using System.Net.Http.Headers;
using Snet.Grpc;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Services;

/// <summary>Pays for the gRPC calls that another library makes: adds the payment's headers and settles it when the call has ended.</summary>
/// <remarks>Requests to anything but the service's own methods pass through unpaid. A refused call is not repeated here: its message may be a stream.</remarks>
internal sealed class PaymentHandler(ServiceClient service, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri?.AbsolutePath ?? string.Empty;
        var definition = await service.GetDefinitionAsync(cancellationToken).ConfigureAwait(false);
        if (definition.Methods.FirstOrDefault(m => m.Path == path) is not { } method)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        var order = new PaymentOrder(service.OrgId, service.ServiceId, path, ServiceClient.PriceOf(definition, method));
        var daemon = await service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        var lease = await service.GetStrategies(definition).Escrow.AcquireAsync(order, daemon, cancellationToken).ConfigureAwait(false);
        foreach (var header in lease.Headers)
            request.Headers.TryAddWithoutValidation(header.Name, header.IsBinary ? Convert.ToBase64String(header.Bytes) : header.Text);

        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lease.Doubt(); // whatever it was, the payment may have left this process
            throw;
        }

        if (Status(response.Headers) is not null)
            Settle(lease, response.Headers);
        else
            response.Content = new SettlingContent(response, end => Settle(lease, end));
        return response;
    }

    // Unary answers end here as well; what a daemon refused for being out of step makes the next call ask for the state.
    private static void Settle(IPaymentLease lease, HttpResponseHeaders? end)
    {
        var status = end is null ? null : Status(end);
        switch (status)
        {
            case GrpcStatus.Ok:
                lease.Confirm();
                break;
            case null or GrpcStatus.Cancelled or GrpcStatus.DeadlineExceeded:
                lease.Doubt();
                break;
            default:
                lease.Refuse(new GrpcException(status.Value, GrpcText.DecodeMessage(GrpcHeaders.Find(end!, "grpc-message") ?? string.Empty)), waited: 0);
                break;
        }
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

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
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
