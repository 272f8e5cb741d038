using System.IO.Compression;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Support;

/// <summary>Small datasets in memory.</summary>
internal static class TestDatasets
{
    public static DatasetSource Good() => Zip(("one.png", "picture"), ("one.txt", "text"));

    public static DatasetSource Zip(params (string Name, string Content)[] files)
    {
        var archive = ZipBytes(files);
        return DatasetSource.FromStream(() => new MemoryStream(archive), "dataset.zip");
    }

    public static byte[] ZipBytes(params (string Name, string Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(content);
            }
        }

        return stream.ToArray();
    }
}
