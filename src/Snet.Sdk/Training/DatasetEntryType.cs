using System.Diagnostics.CodeAnalysis;

namespace Snet.Sdk.Training;

/// <summary>What an entry of an archive is.</summary>
[Experimental("SNET001")]
public enum DatasetEntryType
{
    /// <summary>A file with content.</summary>
    File = 0,
    /// <summary>A folder.</summary>
    Folder = 1,
    /// <summary>A symbolic or a hard link. A dataset must not hold one.</summary>
    Link = 2,
    /// <summary>A device, a pipe or the like. A dataset must not hold one.</summary>
    Special = 3,
}
