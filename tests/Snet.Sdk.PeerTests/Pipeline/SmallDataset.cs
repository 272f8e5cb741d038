using System.IO.Compression;
using Snet.Sdk.Training;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>The smallest dataset that the sample service takes: one picture and its text, in a zip.</summary>
internal static class SmallDataset
{
    public static DatasetSource Create()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in (string[])["one.png", "one.txt"])
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(name);
            }
        }

        var bytes = stream.ToArray();
        return DatasetSource.FromStream(() => new MemoryStream(bytes), "dataset.zip");
    }
}
