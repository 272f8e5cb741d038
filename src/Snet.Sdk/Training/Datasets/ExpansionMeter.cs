namespace Snet.Sdk.Training.Datasets;

/// <summary>Counts what comes out of an archive, and stops a small archive that unpacks into a flood.</summary>
/// <param name="archiveSize">The archive, in bytes.</param>
/// <param name="limits">What is allowed.</param>
internal sealed class ExpansionMeter(long archiveSize, DatasetLimits limits)
{
    private readonly Int128 _allowed = Int128.Min(
        limits.FreeExpansion + ((Int128)archiveSize * limits.MaxExpansion), limits.MaxUnpackedSize);
    private Int128 _unpacked;

    /// <summary>Adds bytes that were unpacked.</summary>
    /// <exception cref="ExpansionException">The archive unpacks into more than is allowed.</exception>
    public void Add(int bytes)
    {
        _unpacked += bytes;
        if (_unpacked > _allowed)
            throw new ExpansionException(_allowed);
    }
}
