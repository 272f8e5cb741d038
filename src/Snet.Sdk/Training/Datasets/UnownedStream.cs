namespace Snet.Sdk.Training.Datasets;

/// <summary>A stream that stays open when this is disposed of.</summary>
internal sealed class UnownedStream(Stream inner) : ReadStream
{
    public override int Read(Span<byte> buffer) => inner.Read(buffer);
}
