using ICSharpCode.SharpZipLib;

namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Tells what the archive libraries throw for damaged content from everything else. A fault of the disk or the network below is an
/// <see cref="IOException"/> too: <see cref="SourceStream"/> keeps the two apart.
/// </summary>
internal static class Damage
{
    public static bool Is(Exception exception) => exception is InvalidDataException or IOException or SharpZipBaseException;
}
