using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using ICSharpCode.SharpZipLib.BZip2;
using Snet.Sdk.Training;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Folders become archives: the same bytes for the same content, and the same tree when unpacked.</summary>
public class FolderPackerTests
{
    [TestCase("", "zip")]
    [TestCase("zip, tar.gz", "zip")]
    [TestCase("7z, tar.bz2, tgz, zip", "tgz")]
    [TestCase("gz, tar", "tar")]
    [TestCase("tar.bz2", "tar.bz2")]
    public async Task FromFolder_Kind_IsTheFirstAllowedThatCanBeWritten(string types, string ending)
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/a.txt", [1]);

        var report = await CheckAsync(DatasetSource.FromFolder(folder["set"]), new MethodMetadata(DatasetType: types));

        report.FileName.ShouldBe($"set.{ending}");
        report.IsValid.ShouldBeTrue();
    }

    [Test]
    public async Task FromFolder_NoAllowedKindCanBeWritten_IsAnError()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/a.txt", [1]);

        var report = await CheckAsync(DatasetSource.FromFolder(folder["set"]), new MethodMetadata(DatasetType: "7z"));

        report.Errors.Lines().ShouldBe(["Wrong dataset type: `zip` in file: `set.zip`. Allowed dataset types: 7z"]);
    }

    [Test]
    public async Task FromFolder_TrailingSeparator_DoesNotHideTheName()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/a.txt", [1]);

        var report = await CheckAsync(DatasetSource.FromFolder(folder["set"] + Path.DirectorySeparatorChar));

        report.FileName.ShouldBe("set.zip");
    }

    [Test]
    public async Task FromFolder_JunkAndLinks_AreLeftOutAndReported()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/a.txt", [1]);
        folder.Write("set/sub/.DS_Store", [2]);
        folder.Write("set/__MACOSX/x", [3]);
        File.CreateSymbolicLink(folder["set/link.txt"], folder["set/a.txt"]);
        Directory.CreateSymbolicLink(folder["set/sub/up"], folder["set"]);

        var report = await CheckAsync(DatasetSource.FromFolder(folder["set"]));

        report.FileCount.ShouldBe(1);
        report.Errors.Select(problem => (problem.Rule, problem.Entry)).ShouldBe([("link", "link.txt"), ("link", "sub/up")]);
        report.Warnings.Select(problem => (problem.Rule, problem.Entry)).ShouldBe(
            [("left-out", "__MACOSX"), ("left-out", "sub/.DS_Store")]);
    }

    [Test]
    public async Task FromFolder_NothingInIt_IsEmpty()
    {
        using var folder = new TemporaryFolder();

        var report = await CheckAsync(DatasetSource.FromFolder(folder.Path));

        report.Errors.Rules().ShouldBe(["empty-dataset"]);
    }

    [Test]
    public async Task FromFolder_NotThere_SaysSoWhenOpened()
    {
        var error = await Should.ThrowAsync<DirectoryNotFoundException>(() => CheckAsync(DatasetSource.FromFolder("no/such/folder")));

        error.Message.ShouldBe("There is no folder `no/such/folder` to make a dataset of.");
    }

    // Fixed for good: a change of these hashes changes what users sent before, and breaks comparisons with it.
    [TestCase("zip", "197c8cdff088a04198d8320786025fefbccf9aaee398264c206e97b6dfac396e")]
    [TestCase("tar", "b4fe1a8196d518932c29339d1d32a2cd6fd3d558a125cb285f5d971f35220281")]
    [TestCase("tar.gz", "3f1e849b758b2e6475011d1e942cb9130b542777f1f3be46f6b5a715a51d09be")]
    [TestCase("tar.bz2", "7a8cfdc0812e70c1620635f0d5509b29b87e0e6f80e23b9540513dc090b1aeac")]
    public async Task FromFolder_KnownContent_HasKnownBytes(string kind, string hash)
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/b.txt", [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i % 7))]);
        folder.Write("set/a/picture.png", [1, 2, 3]);
        folder.Write($"set/{new string('l', 120)}/größe.txt", [4]);
        Directory.CreateDirectory(folder["set/empty"]);

        var bytes = await PackAsync(folder["set"], kind);

        Convert.ToHexStringLower(SHA256.HashData(bytes)).ShouldBe(hash);
    }

    [Test]
    public void FromFolder_AnyTree_UnpacksToItselfAndPacksToTheSameBytes([Values("zip", "tar", "tar.gz", "tar.bz2")] string kind) =>
        Prop.ForAll(Trees.ToArbitrary(), tree => HoldsAsync(tree, kind).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    private static Gen<Dictionary<string, byte[]>> Trees
    {
        get
        {
            var part = Gen.Elements("a", "b.txt", "C.png", "größe", "with blank", new string('n', 90), "日本", "x'y", "#1");
            var name = Gen.Choose(1, 4).SelectMany(depth => part.ListOf(depth)).Select(parts => string.Join('/', parts));
            var content = ArbMap.Default.GeneratorFor<byte[]>();
            var large = Gen.Choose(0, 300_000).Select(size => Sized("", size, size).Content);
            var file = Gen.Frequency((9, content), (1, large)).SelectMany(bytes => name, (bytes, path) => KeyValuePair.Create(path, bytes));
            return Gen.Choose(0, 12).SelectMany(count => file.ListOf(count)).Select(items => Compatible(items));
        }
    }

    /// <summary>Leaves out what no file system can have: a file and a folder of one name.</summary>
    private static Dictionary<string, byte[]> Compatible(IEnumerable<KeyValuePair<string, byte[]>> items)
    {
        var tree = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, content) in items)
        {
            var clashes = tree.Keys.Any(other => $"{other}/".StartsWith($"{name}/", StringComparison.OrdinalIgnoreCase)
                || $"{name}/".StartsWith($"{other}/", StringComparison.OrdinalIgnoreCase));
            if (!clashes)
                tree[name] = content;
        }

        return tree;
    }

    private static async Task<bool> HoldsAsync(Dictionary<string, byte[]> tree, string kind)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["first"]);
        Directory.CreateDirectory(folder["second"]);
        Directory.CreateDirectory(folder["out"]);
        foreach (var (name, content) in tree)
            folder.Write($"first/{name}", content);
        foreach (var (name, content) in tree.Reverse())
            folder.Write($"second/{name}", content);
        File.SetLastWriteTimeUtc(folder["second"], DateTime.UnixEpoch);

        var first = await PackAsync(folder["first"], kind);
        var second = await PackAsync(folder["second"], kind);
        await UnpackAsync(first, kind, folder["out"]);

        second.AsSpan().SequenceEqual(first).ShouldBeTrue();
        TemporaryFolder.Tree(folder["out"]).SequenceEqual(TemporaryFolder.Tree(folder["first"])).ShouldBeTrue();
        var report = await CheckAsync(first, null, $"first.{kind}");
        report.FileCount.ShouldBe(tree.Count);
        report.UnpackedSize.ShouldBe(tree.Values.Sum(content => content.LongLength));
        return report.IsValid == tree.Count > 0;
    }

    private static async Task<byte[]> PackAsync(string folder, string kind)
    {
        await using var dataset = await DatasetSource.FromFolder(folder).OpenAsync(new MethodMetadata(DatasetType: kind), default);
        using var bytes = new MemoryStream();
        await dataset.Content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static async Task UnpackAsync(byte[] archive, string kind, string folder)
    {
        await using Stream bytes = new MemoryStream(archive);
        await using Stream content = kind switch
        {
            "tar.gz" => new GZipStream(bytes, CompressionMode.Decompress),
            "tar.bz2" => new BZip2InputStream(bytes),
            _ => bytes,
        };
        if (kind == "zip")
            await ZipFile.ExtractToDirectoryAsync(content, folder);
        else
            await TarFile.ExtractToDirectoryAsync(content, folder, overwriteFiles: false);
    }
}
