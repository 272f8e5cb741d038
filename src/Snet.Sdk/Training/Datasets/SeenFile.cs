namespace Snet.Sdk.Training.Datasets;

/// <summary>A file that was read, kept for the search for duplicates.</summary>
/// <param name="Name">The name as the archive has it.</param>
/// <param name="Content">The first half of the content's SHA-256; <see langword="null"/> when the content is empty or was not read.</param>
internal readonly record struct SeenFile(string Name, UInt128? Content);
