namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// What the check itself puts up with, whatever a method allows, so that a hostile or broken archive costs bounded time and memory.
/// </summary>
internal sealed record DatasetLimits
{
    /// <summary>The limits in use.</summary>
    public static DatasetLimits Default { get; } = new();

    /// <summary>How many times its own size an archive may unpack into, beyond <see cref="FreeExpansion"/>.</summary>
    public int MaxExpansion { get; init; } = 200;

    /// <summary>What any archive may unpack into, in bytes, however small it is.</summary>
    public long FreeExpansion { get; init; } = 100L << 20;

    /// <summary>What an archive may unpack into at the very most, in bytes: 1 TiB.</summary>
    public long MaxUnpackedSize { get; init; } = 1L << 40;

    /// <summary>How many entries are looked at, folders among them. Their names are held in memory for the search for duplicates.</summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>How large the table of contents of a zip may be, in bytes; it is read into memory.</summary>
    public long MaxDirectorySize { get; init; } = 128L << 20;

    /// <summary>How large one long name or one set of extended attributes in a tar may be, in bytes.</summary>
    public long MaxTarMetadata { get; init; } = 1L << 20;

    /// <summary>How many problems of one rule are listed; the others are counted.</summary>
    public int MaxProblemsPerRule { get; init; } = 100;
}
