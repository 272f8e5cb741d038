namespace Snet.Sdk.Training;

/// <summary>One file in an archive that was built.</summary>
/// <param name="Name">The name in the archive, with / between folders.</param>
/// <param name="Size">The content's size, unpacked, in bytes.</param>
/// <param name="Sha256">The SHA-256 of the content: 64 hexadecimal digits in lower case.</param>
public sealed record DatasetFile(string Name, long Size, string Sha256);
