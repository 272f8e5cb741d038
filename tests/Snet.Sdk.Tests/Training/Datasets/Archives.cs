using System.Formats.Tar;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Archives for the tests, made on the spot, and the check of one in a line.</summary>
internal static class Archives
{
    /// <summary>An archive that another program made, from tests/Data/datasets.</summary>
    public static string Made(string name) => Path.Combine(TestData, "datasets", name);

    public static (string Name, byte[] Content) Text(string name, string content = "some words") => (name, Encoding.UTF8.GetBytes(content));

    public static (string Name, byte[] Content) Sized(string name, int size, int seed = 1)
    {
        var content = new byte[size];
        new Random(seed).NextBytes(content);
        return (name, content);
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] entries) => Zip(CompressionLevel.Optimal, entries);

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    public static byte[] Tar(params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax))
        {
            foreach (var (name, content) in entries)
            {
                tar.WriteEntry(name.EndsWith('/')
                    ? new PaxTarEntry(TarEntryType.Directory, name)
                    : new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return entries.Length == 0 ? new byte[10_240] : bytes.ToArray(); // an end mark alone, as other programs write it
    }

    public static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
            gzip.Write(content);
        return bytes.ToArray();
    }

    public static byte[] Bzip2(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var bzip2 = new BZip2OutputStream(bytes))
            bzip2.Write(content);
        return bytes.ToArray();
    }

    /// <summary>Packs the same entries into the kind of archive that the file name says.</summary>
    public static byte[] Pack(string fileName, params (string Name, byte[] Content)[] entries) =>
        ArchiveKind.FromName(fileName)?.Name switch
        {
            "zip" => Zip(entries),
            "tar" => Tar(entries),
            "tar.gz" => Gzip(Tar(entries)),
            "tar.bz2" => Bzip2(Tar(entries)),
            _ => throw new ArgumentException($"no packer for {fileName}"),
        };

    public static Task<DatasetReport> CheckAsync(
        byte[] archive, MethodMetadata? rules = null, string fileName = "data.zip", params IDatasetReader[] readers) =>
        DatasetChecker.CheckAsync(
            DatasetSource.FromStream(new MemoryStream(archive), fileName).WithReaders(readers), rules ?? new MethodMetadata(), default);

    public static Task<DatasetReport> CheckAsync(DatasetSource source, MethodMetadata? rules = null) =>
        DatasetChecker.CheckAsync(source, rules ?? new MethodMetadata(), default);

    /// <summary>Checks within limits that a small archive reaches.</summary>
    public static async Task<DatasetReport> CheckWithinAsync(byte[] archive, DatasetLimits limits, string fileName = "data.zip")
    {
        await using var dataset = new OpenedDataset(fileName, new MemoryStream(archive));
        return await DatasetChecker.CheckAsync(dataset, new MethodMetadata(), limits, default);
    }

    public static string[] Lines(this IReadOnlyList<DatasetProblem> problems) => problems.Select(problem => problem.Message).ToArray();

    public static string[] Rules(this IReadOnlyList<DatasetProblem> problems) => problems.Select(problem => problem.Rule).ToArray();

    private static string TestData { get; } = typeof(Archives).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "TestData").Value!;
}
