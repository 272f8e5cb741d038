using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;

namespace Snet.Sdk.Tests.Support;

/// <summary>Keeps what goes to a daemon: paths, headers and messages as they leave. Set it as <see cref="SnetClientOptions.DaemonHttpHandler"/>.</summary>
internal sealed class WireLog(HttpMessageHandler? inner = null) : DelegatingHandler(inner ?? new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
{
    private readonly ConcurrentQueue<Request> _requests = new();

    /// <summary>All requests so far.</summary>
    public IReadOnlyList<Request> All => [.. _requests];

    /// <summary>Those of one path.</summary>
    public IEnumerable<Request> Of(string path) => _requests.Where(request => request.Path == path);

    /// <summary>Those that carry a payment.</summary>
    public IEnumerable<Request> Paid => _requests.Where(request => request.Headers.ContainsKey("snet-payment-type"));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var kept = new Request(request.RequestUri!.AbsolutePath, request.Headers.ToDictionary(header => header.Key, header => header.Value.Single()));
        _requests.Enqueue(kept);
        if (request.Content is { } content)
            request.Content = new KeptContent(content, kept.Body);
        return base.SendAsync(request, cancellationToken);
    }

    /// <summary>One request.</summary>
    internal sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers)
    {
        public MemoryStream Body { get; } = new();

        /// <summary>The messages that have left whole.</summary>
        public IReadOnlyList<byte[]> Messages
        {
            get
            {
                var messages = new List<byte[]>();
                var body = Body.ToArray().AsSpan();
                while (body.Length >= 5 && BinaryPrimitives.ReadInt32BigEndian(body[1..]) is var size && body.Length >= 5 + size)
                {
                    messages.Add(body.Slice(5, size).ToArray());
                    body = body[(5 + size)..];
                }

                return messages;
            }
        }
    }

    private sealed class KeptContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly MemoryStream _copy;

        public KeptContent(HttpContent inner, MemoryStream copy)
        {
            (_inner, _copy) = (inner, copy);
            foreach (var (name, values) in inner.Headers)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            _inner.CopyToAsync(new Tee(stream, _copy), context, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Tee(Stream to, MemoryStream copy) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => to.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => to.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            copy.Write(buffer.Span);
            await to.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
