using System.Collections.Concurrent;
using System.Text;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Sends a header several times. HttpClient joins the values of one name to one line, which a daemon takes for one value.</summary>
/// <remarks>
/// Each further value goes out under a stand-in name of the same length, which is put right in the bytes on their way to the socket:
/// HttpClient writes header names as plain ASCII (HPACK literals), so the length stays.
/// </remarks>
internal static class RepeatedHeaders
{
    private const string FirstCharacters = "_.-0123456789"; // one for each further value of a name

    private static readonly ConcurrentDictionary<string, (byte[] StandIn, byte[] Name)> Names = new(StringComparer.Ordinal);

    /// <summary>Adds a value to the headers of a call.</summary>
    /// <param name="headers">The headers so far.</param>
    /// <param name="name">The name.</param>
    /// <param name="value">A text, or bytes for names that end in <c>-bin</c>.</param>
    public static void Add(GrpcMetadata headers, string name, object value)
    {
        var free = FirstCharacters.Select(first => StandIn(first, name)).Prepend(name).FirstOrDefault(free => !headers.GetAll(free).Any())
            ?? throw new ScenarioException($"the replayer sends a header {FirstCharacters.Length + 1} times at most; {name} is there more often");
        if (free != name)
            Names[free] = (Encoding.ASCII.GetBytes(free), Encoding.ASCII.GetBytes(name));
        if (value is byte[] bytes)
            headers.Add(free, bytes);
        else
            headers.Add(free, (string)value);
    }

    /// <summary>Makes a handler that puts the names right.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new RenamingStream(context.PlaintextStream)),
    };

    private static string StandIn(char first, string name) => first + name[1..];

    private static ReadOnlyMemory<byte> Rename(ReadOnlyMemory<byte> bytes)
    {
        var renamed = (byte[]?)null;
        foreach (var (standIn, name) in Names.Values)
        {
            for (var at = bytes.Span.IndexOf(standIn); at >= 0; at = bytes.Span.IndexOf(standIn))
            {
                bytes = renamed ??= bytes.ToArray();
                name.CopyTo(renamed, at);
            }
        }

        return bytes;
    }

    private sealed class RenamingStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(Rename(buffer.AsMemory(offset, count)).Span);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(Names.IsEmpty ? buffer : Rename(buffer), cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
