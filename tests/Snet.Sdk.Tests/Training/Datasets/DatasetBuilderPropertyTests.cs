using System.Formats.Tar;
using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using ICSharpCode.SharpZipLib.BZip2;
using Snet.Sdk.Training;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>For any tree: what is built, checked and unpacked is that tree, and its bytes do not depend on how it was added.</summary>
public class DatasetBuilderPropertyTests
{
    private static readonly UnixFileMode[] s_rights =
        [UnixFileMode.UserRead, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherExecute];

    [Test]
    public void BuildAsync_AnyTree_UnpacksToItselfAndHasTheSameBytesHoweverAdded([Values("zip", "tar", "tar.gz", "tar.bz2")] string kind) =>
        Prop.ForAll(Trees.ToArbitrary(), tree => HoldsAsync(tree.Files, kind, tree.Seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(kind == "tar.bz2" ? 5 : 20));

    private static Gen<(Dictionary<string, byte[]> Files, int Seed)> Trees
    {
        get
        {
            var part = Gen.Elements(
                "a", "b.txt", "C.png", "größe", "gro\u0308ße", "with blank", new string('n', 90), "日本", "x'y", "#1", "-", "ab:c", "😀", "I", "ı");
            var name = Gen.Choose(1, 4).SelectMany(depth => part.ListOf(depth)).Select(parts => string.Join('/', parts));
            var content = ArbMap.Default.GeneratorFor<byte[]>();
            var large = Gen.Choose(0, 300_000).Select(size => Sized("", size, size).Content);
            var file = Gen.Frequency((9, content), (1, large)).SelectMany(bytes => name, (bytes, path) => KeyValuePair.Create(path, bytes));
            return Gen.Choose(1, 12).SelectMany(count => file.ListOf(count)).Select(items => Compatible(items))
                .SelectMany(_ => ArbMap.Default.GeneratorFor<int>(), (files, seed) => (files, seed));
        }
    }

    /// <summary>Leaves out what no file system can have, a file and a folder of one name, and names that some take to be the same.</summary>
    private static Dictionary<string, byte[]> Compatible(IEnumerable<KeyValuePair<string, byte[]>> items)
    {
        var tree = new Dictionary<string, byte[]>();
        foreach (var (name, content) in items)
        {
            var path = Alike(name) + '/';
            var clashes = tree.Keys.Select(other => Alike(other) + '/').Any(other => other.StartsWith(path, StringComparison.Ordinal)
                || path.StartsWith(other, StringComparison.Ordinal));
            if (!clashes && !(OperatingSystem.IsWindows() && name.Contains(':', StringComparison.Ordinal)))
                tree[name] = content;
        }

        return tree;

        static string Alike(string name) => name.Normalize().ToUpperInvariant();
    }

    private static async Task<bool> HoldsAsync(Dictionary<string, byte[]> tree, string kind, int seed)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["whole"]);
        Directory.CreateDirectory(folder["out"]);
        foreach (var (name, content) in tree)
            folder.Write($"whole/{name}", content);

        var whole = await new DatasetBuilder().AddFolder(folder["whole"]).BuildAsync(folder[$"whole.{kind}"]);
        var pieces = await Scatter(tree, folder, new Random(seed)).BuildAsync(folder[$"pieces.{kind}"]);
        await UnpackAsync(whole.Path, kind, folder["out"]);

        File.ReadAllBytes(pieces.Path).AsSpan().SequenceEqual(File.ReadAllBytes(whole.Path)).ShouldBeTrue();
        pieces.Sha256.ShouldBe(whole.Sha256);
        pieces.Files.ShouldBe(whole.Files);
        TemporaryFolder.Tree(folder["out"]).SequenceEqual(TemporaryFolder.Tree(folder["whole"])).ShouldBeTrue();
        whole.Files.Select(file => file.Name).ShouldBe(tree.Keys.Order(StringComparer.Ordinal));
        whole.Report.FileCount.ShouldBe(tree.Count);
        return whole.Report.UnpackedSize == tree.Values.Sum(content => content.LongLength);
    }

    /// <summary>Adds the files in another order, each in one of the ways there are, with other dates and rights.</summary>
    private static DatasetBuilder Scatter(Dictionary<string, byte[]> tree, TemporaryFolder folder, Random random)
    {
        var builder = new DatasetBuilder().AddFolder(Directory.CreateDirectory(folder["part"]).FullName);
        var files = tree.ToArray();
        random.Shuffle(files);
        foreach (var (name, content) in files)
            Add(builder, folder, name, content, random);
        return builder;
    }

    private static void Add(DatasetBuilder builder, TemporaryFolder folder, string name, byte[] content, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                folder.Write($"part/{name}", content);
                File.SetLastWriteTimeUtc(folder[$"part/{name}"], DateTime.UnixEpoch.AddDays(random.Next(20_000)));
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(folder[$"part/{name}"], s_rights[random.Next(s_rights.Length)]);
                break;
            case 1:
                var alone = $"file-{Guid.NewGuid():N}";
                folder.Write(alone, content);
                builder.AddFile(folder[alone], name);
                break;
            case 2:
                builder.AddStream(new MemoryStream(content), name);
                break;
            default:
                builder.AddStream(() => new MemoryStream(content), "./" + name);
                break;
        }
    }

    private static async Task UnpackAsync(string path, string kind, string folder)
    {
        await using Stream bytes = File.OpenRead(path);
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
