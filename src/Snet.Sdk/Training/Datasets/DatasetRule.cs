namespace Snet.Sdk.Training.Datasets;

/// <summary>The names of the rules, as <see cref="DatasetProblem"/> documents them, in the order in which a report lists them.</summary>
internal static class DatasetRule
{
    public const string ArchiveType = "archive-type";
    public const string ArchiveName = "archive-name";
    public const string DatasetSize = "dataset-size";
    public const string FileCount = "file-count";
    public const string Corrupt = "corrupt";
    public const string Expansion = "expansion";
    public const string EntryCount = "entry-count";
    public const string EmptyDataset = "empty-dataset";
    public const string Unchecked = "unchecked";
    public const string UnsafeName = "unsafe-name";
    public const string Link = "link";
    public const string SpecialFile = "special-file";
    public const string FileType = "file-type";
    public const string FileSize = "file-size";
    public const string Encrypted = "encrypted";
    public const string DuplicateName = "duplicate-name";
    public const string DuplicateContent = "duplicate-content";
    public const string EmptyFile = "empty-file";
    public const string Junk = "junk";
    public const string LeftOut = "left-out";
    public const string NestedArchive = "nested-archive";
    public const string NameEncoding = "name-encoding";

    private static readonly string[] s_order =
    [
        ArchiveType, ArchiveName, DatasetSize, FileCount, EmptyDataset, UnsafeName, Link, SpecialFile, FileType, FileSize, Encrypted,
        Corrupt, Expansion, EntryCount, Unchecked, DuplicateName, DuplicateContent, EmptyFile, Junk, LeftOut, NestedArchive, NameEncoding,
    ];

    /// <summary>Gives the place of a rule among the problems of one entry, or of the dataset as a whole.</summary>
    public static int Rank(string rule) => Array.IndexOf(s_order, rule);
}
