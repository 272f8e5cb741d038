using System.IO.Compression;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Support;

/// <summary>A dataset of a given number of parts that calls back before each part is read for the upload; the check before it is left alone.</summary>
/// <remarks>It is a handler too, to be set as <see cref="SnetClientOptions.DaemonHttpHandler"/>: that is how it sees that the upload has begun.</remarks>
internal sealed class PacedDataset : DelegatingHandler
{
    public const int PartSize = 32 * 1024;
    private volatile bool _uploading;

    /// <param name="parts">How many parts the upload has when each is of <see cref="PartSize"/>.</param>
    /// <param name="beforePart">Is called with the number of each part, from 1. It may throw, and wait.</param>
    public PacedDataset(int parts, Func<int, CancellationToken, Task> beforePart)
        : base(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        Archive = Zip((parts * PartSize) - (PartSize / 2));
        Source = DatasetSource.FromStream(() => new Hooked(this, beforePart), "dataset.zip");
    }

    public DatasetSource Source { get; }

    public byte[] Archive { get; }

    /// <summary>Calls back for each part that is read, before the upload too: for uploads that do not pass here.</summary>
    public void CallBackAtOnce() => _uploading = true;

    /// <summary>Sends over other connections than its own.</summary>
    public void Use(SocketsHttpHandler sockets)
    {
        InnerHandler!.Dispose();
        InnerHandler = sockets;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _uploading |= request.RequestUri!.AbsolutePath.EndsWith("/upload_and_validate", StringComparison.Ordinal);
        return base.SendAsync(request, cancellationToken);
    }

    // One stored file whose size brings the archive to exactly so many bytes.
    private static byte[] Zip(int size)
    {
        var empty = Zip([]).Length;
        return Zip(new byte[size - empty]);
    }

    private static byte[] Zip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("sound.mp3", CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }

        return stream.ToArray();
    }

    private sealed class Hooked(PacedDataset dataset, Func<int, CancellationToken, Task> beforePart) : MemoryStream(dataset.Archive)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (dataset._uploading && Position % PartSize == 0 && Position < Length)
                await beforePart((int)(Position / PartSize) + 1, cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
