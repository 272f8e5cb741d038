namespace Snet.Sdk.Training.Datasets;

/// <summary>Makes streams of the application fit to be read: they can seek, and stand at their start.</summary>
internal static class SeekableStream
{
    private const int BufferSize = 1 << 17;

    /// <summary>Gives a way to open a stream that the caller closes; when it cannot seek, it can be opened once.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    public static Func<CancellationToken, Task<Stream>> Of(Stream stream)
    {
        if (!stream.CanRead)
            throw new ArgumentException("Give a stream that can be read.", nameof(stream));

        var used = false;
        return cancellationToken =>
        {
            if (!stream.CanSeek && Interlocked.Exchange(ref used, true))
                throw new InvalidOperationException("This stream cannot seek and was already read. Give a function that opens it anew.");
            return OpenAsync(stream, leaveOpen: true, cancellationToken);
        };
    }

    /// <summary>Gives a way to open a stream that is closed with what is opened here.</summary>
    public static Func<CancellationToken, Task<Stream>> Of(Func<Stream> openStream) =>
        cancellationToken => OpenAsync(openStream(), leaveOpen: false, cancellationToken);

    private static async Task<Stream> OpenAsync(Stream stream, bool leaveOpen, CancellationToken cancellationToken)
    {
        if (stream.CanSeek)
        {
            stream.Position = 0;
            return leaveOpen ? new UnownedStream(stream) : stream;
        }

        try
        {
            return await SpoolAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!leaveOpen)
                await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<Stream> SpoolAsync(Stream stream, CancellationToken cancellationToken)
    {
        var file = TempFile.Create();
        try
        {
            await stream.CopyToAsync(file, BufferSize, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
