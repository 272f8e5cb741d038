using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using Snet.Sdk.Training;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>What the builder makes of folders, files and streams, and what it refuses.</summary>
public class DatasetBuilderTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task BuildAsync_FolderFileAndStreams_IsOneArchiveWithAManifest()
    {
        _folder.Write("set/b.txt", "b"u8.ToArray());
        _folder.Write("set/sub/.DS_Store", [1]);
        _folder.Write("labels", "l"u8.ToArray());

        var built = await new DatasetBuilder()
            .AddStream(() => new MemoryStream([1, 2]), "z/größe.bin")
            .AddFolder(_folder["set"], "pictures/")
            .AddFile(_folder["labels"], "./a//labels.csv")
            .AddStream(new MemoryStream([3]) { Position = 1 }, "m")
            .BuildAsync(_folder["data.zip"]);

        built.Path.ShouldBe(_folder["data.zip"]);
        built.Sha256.ShouldBe(Hash(await File.ReadAllBytesAsync(built.Path)));
        built.Files.ShouldBe(
        [
            new("a/labels.csv", 1, Hash("l"u8)),
            new("m", 1, Hash([3])),
            new("pictures/b.txt", 1, Hash("b"u8)),
            new("z/größe.bin", 2, Hash([1, 2])),
        ]);
        built.Report.Warnings.Lines().ShouldBe(["Left out: `pictures/sub/.DS_Store` was left by an operating system"]);
        (built.Report.FileCount, built.Report.UnpackedSize).ShouldBe((4, 5));
        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).ShouldBe(["data.zip", "labels"], ignoreOrder: true);
    }

    [Test]
    public async Task ToManifest_AnyContent_IsJsonWithSortedFilesAndHashes()
    {
        var built = await new DatasetBuilder()
            .AddStream(new MemoryStream([2]), "größe \"x\".txt")
            .AddStream(new MemoryStream(), "a.txt")
            .BuildAsync(_folder["data.tar"]);

        built.ToManifest().ShouldBe($$"""
            {
              "archive": "data.tar",
              "kind": "tar",
              "size": {{new FileInfo(built.Path).Length}},
              "sha256": "{{built.Sha256}}",
              "files": [
                {
                  "name": "a.txt",
                  "size": 0,
                  "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                },
                {
                  "name": "größe \"x\".txt",
                  "size": 1,
                  "sha256": "dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986"
                }
              ]
            }
            """.ReplaceLineEndings("\n"));
    }

    // Fixed for good: a change of these hashes changes what users sent before, and breaks comparisons with it.
    [TestCase("zip", "197c8cdff088a04198d8320786025fefbccf9aaee398264c206e97b6dfac396e")]
    [TestCase("tar", "b4fe1a8196d518932c29339d1d32a2cd6fd3d558a125cb285f5d971f35220281")]
    [TestCase("tar.gz", "3f1e849b758b2e6475011d1e942cb9130b542777f1f3be46f6b5a715a51d09be")]
    [TestCase("tar.bz2", "7a8cfdc0812e70c1620635f0d5509b29b87e0e6f80e23b9540513dc090b1aeac")]
    public async Task BuildAsync_KnownContent_HasKnownBytesWhateverLanguageZoneRightsAndDates(string kind, string hash)
    {
        _folder.Write("set/b.txt", [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i % 7))]);
        _folder.Write("set/a/picture.png", [1, 2, 3]);
        _folder.Write($"set/{new string('l', 120)}/größe.txt", [4]);
        Directory.CreateDirectory(_folder["set/empty"]);
        var builder = new DatasetBuilder().AddFolder(_folder["set"]);

        (await builder.BuildAsync(_folder["first." + kind])).Sha256.ShouldBe(hash);

        using var elsewhere = new Elsewhere("tr-TR", "Pacific/Kiritimati");
        File.SetLastWriteTimeUtc(_folder["set/b.txt"], new DateTime(1990, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder["set/b.txt"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (await builder.BuildAsync(_folder["second." + kind])).Sha256.ShouldBe(hash);
    }

    [TestCase("data", "", "data.zip")]
    [TestCase("data", "7z, tar.bz2, tgz, zip", "data.tgz")]
    [TestCase("data", "rar", null)]
    [TestCase("data.v1", "tar", "data.v1.tar")]
    [TestCase("data.tar.gz", "zip, tar.gz", "data.tar.gz")]
    [TestCase("data.ZIP", "", "data.ZIP")]
    [TestCase("data.tar", "zip", null)]
    public async Task BuildAsync_Kind_IsThePathsOrTheFirstAllowed(string path, string types, string? made)
    {
        var builder = new DatasetBuilder().AddStream(new MemoryStream([1]), "a.txt");
        var build = () => builder.BuildAsync(_folder[path], new MethodMetadata(DatasetType: types));

        if (made is not null)
            (await build()).Path.ShouldBe(_folder[made]);
        else
            (await Should.ThrowAsync<WrongDatasetException>(build)).Report.Errors.Rules().ShouldBe(["archive-type"]);
    }

    [TestCase("data.7z")]
    [TestCase("data.rar")]
    [TestCase("data.gz")]
    [TestCase("data.tar.xz")]
    public void BuildAsync_KindThatCannotBeWritten_IsAWrongArgument(string path) =>
        Should.Throw<ArgumentException>(() => new DatasetBuilder().BuildAsync(_folder[path])).ParamName.ShouldBe("path");

    [Test]
    public async Task BuildAsync_RulesBroken_ListsAllAndLeavesWhatWasThere()
    {
        await File.WriteAllTextAsync(_folder["data.zip"], "yesterday's");
        var builder = new DatasetBuilder()
            .AddStream(new MemoryStream(new byte[1_500_000]), "big.txt")
            .AddStream(new MemoryStream([1]), "sound.wav");

        var error = await Should.ThrowAsync<WrongDatasetException>(() => builder.BuildAsync(
            _folder["data.zip"], new MethodMetadata("", 0, 0, 1, 1, "txt", "zip", "Say it clearly.")));

        error.Errors.ShouldBe(
        [
            "Too many files: 2 > 1",
            "Too big file `big.txt` size: 1.4296875 MB > 1 MB",
            "Wrong file type: `wav` in file: `sound.wav`. Allowed file types: txt",
        ]);
        error.Report.MethodDescription.ShouldBe("Say it clearly.");
        Directory.GetFiles(_folder.Path).ShouldBe([_folder["data.zip"]]);
        (await File.ReadAllTextAsync(_folder["data.zip"])).ShouldBe("yesterday's");
    }

    [Test]
    public async Task BuildAsync_Links_AreErrorsAndNotFollowedUnlessNamed()
    {
        _folder.Write("set/a.txt", [1]);
        File.CreateSymbolicLink(_folder["set/link.txt"], _folder["set/a.txt"]);

        var error = await Should.ThrowAsync<WrongDatasetException>(() => new DatasetBuilder().AddFolder(_folder["set"]).BuildAsync(_folder["a.zip"]));
        var built = await new DatasetBuilder().AddFile(_folder["set/link.txt"]).BuildAsync(_folder["b.zip"]);

        error.Errors.ShouldBe(["Link in the folder: `link.txt`. It was not packed; put the file itself in its place"]);
        built.Files.ShouldBe([new("link.txt", 1, Hash([1]))]);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "There are no pipes in its folders.")]
    public async Task BuildAsync_PipeInTheFolder_IsAnErrorAndNotWaitedFor()
    {
        _folder.Write("set/empty.txt", []);
        using (var tar = new MemoryStream())
        {
            using (var writer = new TarWriter(tar, leaveOpen: true))
                writer.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "pipe"));
            tar.Position = 0;
            await TarFile.ExtractToDirectoryAsync(tar, _folder["set"], overwriteFiles: false);
        }

        var error = await Should.ThrowAsync<WrongDatasetException>(() => new DatasetBuilder().AddFolder(_folder["set"]).BuildAsync(_folder["a.zip"]));

        error.Errors.ShouldBe(["Not a file: `pipe` is a device, a pipe or the like. It was not packed"]);
    }

    [Test]
    public async Task BuildAsync_ArchiveInItsOwnFolder_IsLeftOutAndSaid()
    {
        _folder.Write("a.txt", [1]);
        _folder.Write("data.zip.part", [9]); // as a build leaves it that was killed
        var builder = new DatasetBuilder().AddFolder(_folder.Path);

        var first = await builder.BuildAsync(_folder["data.zip"]);
        var second = await builder.BuildAsync(_folder["data.zip"]);

        second.Sha256.ShouldBe(first.Sha256);
        second.Files.Select(file => file.Name).ShouldBe(["a.txt"]);
        second.Report.Warnings.Lines().ShouldBe(["Left out: `data.zip` is the archive itself"]);
    }

    [Test]
    public async Task BuildAsync_SameFileTwice_IsPackedOnce()
    {
        _folder.Write("set/a.txt", [1]);

        var built = await new DatasetBuilder()
            .AddFolder(_folder["set"]).AddFile(_folder["set/a.txt"]).AddFolder(_folder["set"] + Path.DirectorySeparatorChar)
            .BuildAsync(_folder["data.zip"]);

        built.Files.Count.ShouldBe(1);
    }

    [Test]
    public async Task BuildAsync_OneNameForTwoFiles_IsAnErrorAndNeitherIsPacked()
    {
        _folder.Write("set/a.txt", [1]);
        var builder = new DatasetBuilder().AddFolder(_folder["set"]).AddStream(new MemoryStream([2]), "./a.txt").AddStream(new MemoryStream([3]), "b.txt");

        var error = await Should.ThrowAsync<WrongDatasetException>(() => builder.BuildAsync(_folder["data.zip"]));

        error.Report.Errors.ShouldBe(
        [
            new DatasetProblem("duplicate-name", "Duplicate file name: `a.txt` was added from several places. None of them was packed", "a.txt"),
        ]);
        error.Report.FileCount.ShouldBe(1);
    }

    [Test]
    public async Task BuildAsync_EmptyFolderThatAnotherFills_LeavesNoTrace()
    {
        Directory.CreateDirectory(_folder["set/sub"]);
        _folder.Write("other/sub/a.txt", [1]);

        var both = await new DatasetBuilder().AddFolder(_folder["set"]).AddFolder(_folder["other"]).BuildAsync(_folder["both.tar"]);
        var one = await new DatasetBuilder().AddFolder(_folder["other"]).BuildAsync(_folder["one.tar"]);

        both.Sha256.ShouldBe(one.Sha256);
    }

    [TestCase("../a.txt")]
    [TestCase("/a.txt")]
    [TestCase("c:a.txt")]
    [TestCase("a\\b.txt")]
    [TestCase("a\nb")]
    [TestCase("folder/")]
    [TestCase("")]
    [TestCase(".")]
    public void Add_NameThatIsNotSafe_IsAWrongArgument(string name)
    {
        Should.Throw<ArgumentException>(() => new DatasetBuilder().AddFile("a.txt", name)).ParamName.ShouldBe("name");
        Should.Throw<ArgumentException>(() => new DatasetBuilder().AddStream(new MemoryStream(), name)).ParamName.ShouldBe("name");
        Should.Throw<ArgumentException>(() => new DatasetBuilder().AddStream(() => new MemoryStream(), name)).ParamName.ShouldBe("name");
    }

    [TestCase("", "a.txt")]
    [TestCase(".", "a.txt")]
    [TestCase("b/./c/", "b/c/a.txt")]
    public async Task AddFolder_Under_IsWhereItsContentStands(string under, string name)
    {
        _folder.Write("set/a.txt", [1]);

        var built = await new DatasetBuilder().AddFolder(_folder["set"], under).BuildAsync(_folder["data.zip"]);

        built.Files.Single().Name.ShouldBe(name);
    }

    [Test]
    public void AddFolder_UnderANameThatIsNotSafe_IsAWrongArgument() =>
        Should.Throw<ArgumentException>(() => new DatasetBuilder().AddFolder("data", "a/../..")).ParamName.ShouldBe("under");

    [Test]
    public async Task BuildAsync_SourceMissing_ThrowsAndLeavesNothing()
    {
        await Should.ThrowAsync<FileNotFoundException>(() => new DatasetBuilder().AddFile(_folder["no.txt"]).BuildAsync(_folder["data.zip"]));
        await Should.ThrowAsync<DirectoryNotFoundException>(() => new DatasetBuilder().AddFolder(_folder["no"]).BuildAsync(_folder["data.zip"]));

        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [TestCase("data.zip", -1)]
    [TestCase("data.zip", 1)]
    [TestCase("data.tar", -1)]
    [TestCase("data.tar", 1)]
    [TestCase("data.tar.gz", -1)]
    [TestCase("data.tar.bz2", 1)]
    public async Task BuildAsync_FileChangesItsSizeMeanwhile_ThrowsAndLeavesNothing(string name, int change)
    {
        var builder = new DatasetBuilder().AddStream(() => new ChangingStream(100_000, change), "a.txt");

        var error = await Should.ThrowAsync<IOException>(() => builder.BuildAsync(_folder[name]));

        error.Message.ShouldBe("`a.txt` was written to while it was packed. Try again when it is at rest.");
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [TestCase("data.zip")]
    [TestCase("data.tar.gz")]
    public async Task BuildAsync_CanceledHalfWay_ThrowsThatAndLeavesNothing(string name)
    {
        using var cancel = new CancellationTokenSource();
        var builder = new DatasetBuilder().AddStream(() => new ChangingStream(500_000, 0, cancel.Cancel), "a.txt");

        await Should.ThrowAsync<OperationCanceledException>(() => builder.BuildAsync(_folder[name], null, cancel.Token));

        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Test]
    public async Task AddStream_CannotSeek_IsReadOnceWithTheBytesOfOneThatCan()
    {
        var forward = new DatasetBuilder().AddStream(new ForwardStream([1, 2, 3]), "a.txt");

        var first = await forward.BuildAsync(_folder["first.zip"]);
        var second = await new DatasetBuilder().AddStream(new MemoryStream([1, 2, 3]), "a.txt").BuildAsync(_folder["second.zip"]);
        var error = await Should.ThrowAsync<InvalidOperationException>(() => forward.BuildAsync(_folder["third.zip"]));

        first.Sha256.ShouldBe(second.Sha256);
        error.Message.ShouldBe("This stream cannot seek and was already read. Give a function that opens it anew.");
    }

    [Test]
    public async Task BuildAsync_LargeFile_TakesNoMemory()
    {
        await using (var file = File.Create(_folder["large.bin"]))
            file.SetLength(60 << 20);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await new DatasetBuilder().AddFile(_folder["large.bin"]).BuildAsync(_folder["data.zip"]);

        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(8 << 20);
    }

    [Test]
    public async Task FromBuilder_CheckedTwice_BuildsWhatIsInItThen()
    {
        var builder = new DatasetBuilder().AddStream(new MemoryStream([1]), "a.txt");
        var source = DatasetSource.FromBuilder(builder, "pictures");

        var first = await CheckAsync(source, new MethodMetadata(DatasetType: "tgz"));
        builder.AddStream(new MemoryStream([2]), "b.txt");
        var second = await CheckAsync(source, new MethodMetadata(DatasetFilesType: "png"));

        (first.FileName, first.FileCount, first.IsValid).ShouldBe(("pictures.tgz", 1, true));
        (second.FileName, second.FileCount).ShouldBe(("pictures.zip", 2));
        second.Errors.Rules().ShouldBe(["file-type", "file-type"]);
    }

    private static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Another language and time zone than the machine's, until it is disposed of.</summary>
    private sealed class Elsewhere : IDisposable
    {
        private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
        private readonly string? _zone = Environment.GetEnvironmentVariable("TZ");

        public Elsewhere(string culture, string zone)
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            SetZone(zone);
        }

        public void Dispose()
        {
            CultureInfo.CurrentCulture = _culture;
            SetZone(_zone);
        }

        private static void SetZone(string? zone)
        {
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
        }
    }

    /// <summary>A stream whose length is not what it says at first, and that tells when it is read.</summary>
    private sealed class ChangingStream(int length, int change, Action? read = null) : MemoryStream(new byte[length + change])
    {
        public override long Length => length;

        public override int Read(Span<byte> buffer)
        {
            read?.Invoke();
            return base.Read(buffer);
        }
    }

    private sealed class ForwardStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
    }
}
