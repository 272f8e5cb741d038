using System.IO.Compression;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Every rule of the check, kept and broken.</summary>
public class DatasetCheckerTests
{
    private const int Mb = 1024 * 1024;

    private static readonly string[] s_kinds = ["data.zip", "data.tar", "data.tar.gz", "data.tgz", "data.tar.bz2"];

    [Test]
    public async Task CheckAsync_GuidesExample_GivesTheGuidesFourLines()
    {
        var jpg = Sized("metaverse-avatar-collage-concept.jpg", 24870 * 1024);
        var frame = Zip(CompressionLevel.NoCompression, jpg, Sized("result.wav", 0)).Length;
        var archive = Zip(CompressionLevel.NoCompression, jpg, Sized("result.wav", (25248 * 1024) - frame));

        var report = await CheckAsync(archive, new MethodMetadata(
            "test", 5, 10, 10, 5, "png, mp3, txt", "zip", "test"));

        report.Errors.Lines().ShouldBe(
        [
            "Too big dataset size: 24.65625 MB > 10 MB",
            "Wrong file type: `jpg` in file: `metaverse-avatar-collage-concept.jpg`. Allowed file types: png, mp3, txt",
            "Too big file `metaverse-avatar-collage-concept.jpg` size: 24.287109375 MB > 5 MB",
            "Wrong file type: `wav` in file: `result.wav`. Allowed file types: png, mp3, txt",
        ]);
        report.ToString().ShouldStartWith("Dataset check failed:\n\tToo big dataset size: 24.65625 MB > 10 MB\n\tWrong file type: `jpg`");
    }

    [TestCaseSource(nameof(s_kinds))]
    public async Task CheckAsync_AllWithinTheRules_IsValid(string fileName)
    {
        var archive = Pack(fileName, Text("a.txt"), Text("folder/b.PNG", "other words"));

        var report = await CheckAsync(
            archive, new MethodMetadata("", 0, 1, 2, 1, "png, txt", "zip, tar, tar.gz, tar.bz2", "Say it clearly."), fileName);

        report.IsValid.ShouldBeTrue();
        report.Warnings.ShouldBeEmpty();
        report.Kind.ShouldBe(ArchiveKind.FromName(fileName)!.Name);
        (report.FileName, report.Size, report.FileCount, report.UnpackedSize).ShouldBe((fileName, archive.Length, 2, 21));
        report.MethodDescription.ShouldBe("Say it clearly.");
        report.ToString().ShouldBe(
            $"Dataset check passed:\n{fileName}: {report.Kind}, {archive.Length} bytes; files: 2, 21 bytes unpacked\n"
            + "The provider asks for: Say it clearly.");
    }

    [TestCaseSource(nameof(s_kinds))]
    public async Task CheckAsync_EverythingIsWrong_ListsAllOfIt(string fileName)
    {
        var archive = Pack(fileName, Sized("big.txt", Mb + 1), Text("../up.txt"), Text("sound.wav", "la"), Text("sound.wav", "la la"));

        var report = await CheckAsync(archive, new MethodMetadata("", 0, 1, 2, 1, "txt", "rar"), fileName);

        report.Errors.Rules().ShouldBe(
            ["archive-type", "dataset-size", "file-count", "unsafe-name", "file-size", "file-type", "file-type", "duplicate-name"],
            ignoreOrder: true);
        report.IsValid.ShouldBeFalse();
    }

    [Test]
    public async Task CheckAsync_NothingIsLimited_AllowsEverything()
    {
        var report = await CheckAsync(Zip(Sized("a.bin", 3 * Mb), Text("b"), Text("c.x.y")));

        report.Errors.ShouldBeEmpty();
    }

    [TestCase(0, true)]
    [TestCase(1, false)]
    public async Task CheckAsync_DatasetAtItsLimit_CountsEveryByte(int above, bool valid)
    {
        var frame = Zip(CompressionLevel.NoCompression, Sized("a.bin", 0)).Length;
        var archive = Zip(CompressionLevel.NoCompression, Sized("a.bin", Mb - frame + above));

        var report = await CheckAsync(archive, new MethodMetadata(DatasetMaxSizeMb: 1));

        report.IsValid.ShouldBe(valid);
        if (!valid)
            report.Errors.Lines().ShouldBe(["Too big dataset size: 1.0000009536743164 MB > 1 MB"]);
    }

    [TestCase(Mb, true)]
    [TestCase(Mb + 1, false)]
    public async Task CheckAsync_FileAtItsLimit_CountsEveryByte(int size, bool valid)
    {
        var report = await CheckAsync(Zip(Sized("a.bin", size), Text("b")), new MethodMetadata(DatasetMaxSizeSingleFileMb: 1));

        report.IsValid.ShouldBe(valid);
        if (!valid)
            report.Errors.Lines().ShouldBe(["Too big file `a.bin` size: 1.0000009536743164 MB > 1 MB"]);
    }

    [TestCaseSource(nameof(s_kinds))]
    public async Task CheckAsync_Folders_DoNotCountAndHaveNoType(string fileName)
    {
        var archive = Pack(fileName, ("a/", []), ("a/b.c/", []), Text("a/b.c/d.txt"));

        var report = await CheckAsync(archive, new MethodMetadata(DatasetMaxCountFiles: 1, DatasetFilesType: "txt"), fileName);

        report.Errors.ShouldBeEmpty();
        report.FileCount.ShouldBe(1);
    }

    [Test]
    public async Task CheckAsync_OneFileTooMany_SaysHowMany()
    {
        var report = await CheckAsync(Zip(Text("a", "1"), Text("b", "2"), Text("c", "3")), new MethodMetadata(DatasetMaxCountFiles: 2));

        report.Errors.Lines().ShouldBe(["Too many files: 3 > 2"]);
    }

    [TestCase("a.JPG", "jpg", null)]
    [TestCase("scan.nii.gz", ".nii.gz", null)]
    [TestCase("scan.nii.gz", "gz", null)]
    [TestCase("scan.gz", "nii.gz", "gz")]
    [TestCase("a.jpg.exe", "jpg", "exe")]
    [TestCase("README", "md", "")]
    [TestCase("folder.jpg/README", "jpg", "")]
    [TestCase(".jpg", "jpg", "")]
    [TestCase("ajpg", "jpg", "")]
    public async Task CheckAsync_FileType_IsTheEndOfTheName(string name, string types, string? refusedAs)
    {
        var report = await CheckAsync(Zip(Text(name)), new MethodMetadata(DatasetFilesType: types));

        report.Errors.Lines().ShouldBe(refusedAs is null
            ? []
            : [$"Wrong file type: `{refusedAs}` in file: `{name}`. Allowed file types: {types.TrimStart('.')}"]);
    }

    [TestCase("data.zip", "zip, tar.gz", true)]
    [TestCase("data.zip", " .ZIP ", true)]
    [TestCase("data.zip", "tar", false)]
    [TestCase("data.tgz", "tar.gz", true)]
    [TestCase("data.tar.gz", "tgz", true)]
    [TestCase("data.tar.gz", "gz", true)]
    [TestCase("data.tar.gz", "tar", false)]
    [TestCase("data.tar", "tar.gz", false)]
    [TestCase("data.tar.bz2", "tbz2", true)]
    [TestCase("data.tar.bz2", "zip, 7z", false)]
    public async Task CheckAsync_ArchiveType_MustBeAllowed(string fileName, string types, bool valid)
    {
        var report = await CheckAsync(Pack(fileName, Text("a.txt")), new MethodMetadata(DatasetType: types), fileName);

        report.Errors.Lines().ShouldBe(valid
            ? []
            : [$"Wrong dataset type: `{report.Kind}` in file: `{fileName}`. Allowed dataset types: {types}"]);
    }

    [Test]
    public async Task CheckAsync_NameClaimsAnotherKind_IsAnErrorAndTheContentIsReadAllTheSame()
    {
        var archive = Gzip(Tar(Text("a.wav")));

        var report = await CheckAsync(archive, new MethodMetadata(DatasetFilesType: "txt"));

        report.Kind.ShouldBe("tar.gz");
        report.Errors.Lines().ShouldBe(
        [
            "Wrong dataset name: `data.zip` is named zip, and its content is tar.gz",
            "Wrong file type: `wav` in file: `a.wav`. Allowed file types: txt",
        ]);
    }

    [TestCase("data", "data")]
    [TestCase("data.model", "data.model")]
    public async Task CheckAsync_NameSaysNoKind_IsAWarning(string fileName, string shown)
    {
        var report = await CheckAsync(Zip(Text("a.txt")), new MethodMetadata(DatasetType: "zip"), fileName);

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe([$"The name `{shown}` does not say that the dataset is zip"]);
    }

    [Test]
    public async Task CheckAsync_TarInGzNamedOnlyGz_IsInOrder()
    {
        var report = await CheckAsync(Gzip(Tar(Text("a.txt"))), null, "data.gz");

        report.Kind.ShouldBe("tar.gz");
        report.Errors.ShouldBeEmpty();
        report.Warnings.ShouldBeEmpty();
    }

    [Test]
    public async Task CheckAsync_ContentIsNotWhatTheNameSays_IsDamage()
    {
        var report = await CheckAsync([.. "just some words"u8], new MethodMetadata(DatasetType: "zip"));

        report.Errors.Lines().ShouldBe(["Damaged dataset: `data.zip` is named zip, and its content is not zip"]);
    }

    [Test]
    public async Task CheckAsync_GzipWithoutTarUnderTheNameOfOne_IsDamage()
    {
        var report = await CheckAsync(Gzip([.. "just some words"u8]), null, "data.tar.gz");

        report.Errors.Rules().ShouldBe(["corrupt"]);
    }

    [TestCase("data.csv", "csv", true)]
    [TestCase("data.csv", "", true)]
    [TestCase("data.csv", "zip", false)]
    [TestCase("data", "zip", false)]
    public async Task CheckAsync_UnknownKind_IsPassedOnWhereAllowed(string fileName, string types, bool valid)
    {
        var report = await CheckAsync([.. "a;b;c"u8], new MethodMetadata(DatasetType: types), fileName);

        report.IsValid.ShouldBe(valid);
        report.Warnings.Rules().ShouldBe(["unchecked"]);
        report.FileCount.ShouldBe(0);
    }

    [Test]
    public async Task CheckAsync_NoBytes_IsEmpty()
    {
        var report = await CheckAsync([]);

        report.Errors.Lines().ShouldBe(["Empty dataset: it has no bytes"]);
    }

    [TestCaseSource(nameof(s_kinds))]
    public async Task CheckAsync_NoFiles_IsEmpty(string fileName)
    {
        var none = await CheckAsync(Pack(fileName), null, fileName);
        var foldersOnly = await CheckAsync(Pack(fileName, ("a/", [])), null, fileName);

        none.Errors.Lines().ShouldBe(["Empty dataset: there are no files in it"]);
        foldersOnly.Errors.Lines().ShouldBe(["Empty dataset: there are no files in it"]);
    }

    [TestCaseSource(nameof(s_kinds))]
    public async Task CheckAsync_EmptyFile_IsAWarning(string fileName)
    {
        var report = await CheckAsync(Pack(fileName, Text("a.txt"), Text("b.txt", ""), Text("c.txt", "")), null, fileName);

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(["Empty file: `b.txt`", "Empty file: `c.txt`"]);
    }

    [TestCase("__MACOSX/._a.png")]
    [TestCase("folder/.DS_Store")]
    [TestCase("Thumbs.db")]
    [TestCase("folder/desktop.ini")]
    [TestCase("./._notes.txt")]
    public async Task CheckAsync_Junk_IsAWarningAndHasNoType(string name)
    {
        var report = await CheckAsync(Zip(Text("a.txt"), Text(name, "junk")), new MethodMetadata(DatasetFilesType: "txt"));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe([$"Not data: `{name}` was left by an operating system. Better leave it out"]);
        report.FileCount.ShouldBe(2);
    }

    [TestCase("/etc/passwd", "it starts at the root of the file system")]
    [TestCase("../a", "it leaves its folder")]
    [TestCase("a/../../b", "it leaves its folder")]
    [TestCase("a/..", "it leaves its folder")]
    [TestCase("..\\a", "it has a backslash where folders are separated by /")]
    [TestCase("C:/a", "it starts with a drive letter")]
    [TestCase("c:a", "it starts with a drive letter")]
    [TestCase("a\u0007b", "it has a control character")]
    [TestCase("//", "it has no name")]
    public async Task CheckAsync_UnsafeName_IsAnError(string name, string reason)
    {
        var report = await CheckAsync(Zip(Text("good"), Text(name, "bad")));

        report.Errors.Lines().ShouldBe([$"Unsafe file name: `{name.Replace("\u0007", "\\u0007")}`: {reason}"]);
        report.Errors.Single().Entry.ShouldBe(name);
    }

    [Test]
    public async Task CheckAsync_OverlongName_IsAnErrorAndShownShort()
    {
        var part = new string('ä', 128); // two bytes each
        var deep = string.Concat(Enumerable.Repeat("folder/", 600)) + "x";

        var report = await CheckAsync(Zip(Text(part, "1"), Text(deep, "2"), Text(new string('a', 255), "3")));

        report.Errors.Rules().ShouldBe(["unsafe-name", "unsafe-name"]);
        report.Errors.ShouldAllBe(problem => problem.Message.EndsWith("it is longer than 255 bytes a part or 4096 in all"));
        report.Errors.ShouldAllBe(problem => problem.Message.Length < 300);
    }

    [TestCase("a..b/...txt")]
    [TestCase("./a.txt")]
    [TestCase("12:30.wav")]
    [TestCase("größe/日本語.txt")]
    public async Task CheckAsync_UnusualName_IsInOrder(string name)
    {
        var report = await CheckAsync(Zip(Text(name)));

        report.Errors.ShouldBeEmpty();
        report.Warnings.ShouldBeEmpty();
    }

    [TestCase("a.txt", "a.txt")]
    [TestCase("a/b.txt", "./a/b.txt")]
    [TestCase("a/b.txt", "a//b.txt")]
    [TestCase("a/b", "a/b/c/d.txt")]
    public async Task CheckAsync_SameNameTwice_IsAnError(string first, string second)
    {
        var report = await CheckAsync(Tar(Text(first, "1"), Text(second, "2")), null, "data.tar");

        report.Errors.Rules().ShouldBe(["duplicate-name"]);
    }

    [Test]
    public async Task CheckAsync_NamesThatDifferInCase_AreAWarning()
    {
        var report = await CheckAsync(Zip(Text("a.txt", "1"), Text("A.txt", "2")));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(["File names differ in case only: `a.txt` and `A.txt`"]);
    }

    [TestCaseSource(nameof(s_kinds))]
    public async Task CheckAsync_SameContentTwice_IsAWarning(string fileName)
    {
        var report = await CheckAsync(Pack(fileName, Text("c", "same"), Text("a", "same"), Text("b", "other")), null, fileName);

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(["Duplicate content: `c` and `a`"]);
    }

    [Test]
    public async Task CheckAsync_SameSizeAndChecksumButOtherContent_IsNoDuplicate([Values("data.zip", "data.tar")] string fileName)
    {
        byte[] first = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] second = [.. first];
        foreach (var (i, bits) in new byte[] { 0x41, 0x06, 0x71, 0xDB, 0x01 }.Index()) // the polynomial of CRC-32, which CRC-32 does not see
            second[i + 1] ^= bits;
        var crcs = new ICSharpCode.SharpZipLib.Checksum.Crc32[] { new(), new() };
        crcs[0].Update(first);
        crcs[1].Update(second);

        var report = await CheckAsync(Pack(fileName, ("a", first), ("b", second), ("c", first)), null, fileName);

        crcs[0].Value.ShouldBe(crcs[1].Value);
        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(["Duplicate content: `c` and `a`"]);
    }

    [Test]
    public async Task CheckAsync_ArchiveInTheArchive_IsNotOpened()
    {
        var inner = Zip(Text("../../evil.exe"));

        var report = await CheckAsync(Zip(("inner.zip", inner)));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(["Archive in the dataset: `inner.zip`. What is in it was not checked"]);
    }

    [Test]
    public async Task CheckAsync_OneFileInPackedForm_IsNoArchive() =>
        (await CheckAsync(Zip(("scan.nii.gz", Gzip([1, 2]))))).Warnings.ShouldBeEmpty();

    [Test]
    public async Task CheckAsync_ManyProblemsOfOneRule_ListsTheFirstByNameAndCountsTheOthers()
    {
        var entries = Enumerable.Range(0, 1000).Select(i => Text($"{i:d4}.wav", $"{i}")).Reverse().Append(Text("../x.txt", "x"));

        var report = await CheckAsync(Zip([.. entries]), new MethodMetadata(DatasetFilesType: "txt"));

        report.Errors.Count.ShouldBe(102);
        report.Errors[0].Rule.ShouldBe("unsafe-name");
        report.Errors.Skip(1).Take(100).Select(problem => problem.Entry).ShouldBe(Enumerable.Range(0, 100).Select(i => $"{i:d4}.wav"));
        report.Errors[^1].ShouldBe(new DatasetProblem("file-type", "... and 900 more of the rule file-type"));
    }

    [Test]
    public async Task CheckAsync_Canceled_Throws()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => DatasetChecker.CheckAsync(
            DatasetSource.FromFile(Made("gnu.tar")), new MethodMetadata(), canceled.Token));
    }

    [Test]
    public async Task CheckAsync_OpenDataset_IsLeftOpenAtItsStart()
    {
        await using var dataset = await DatasetSource.FromFile(Made("gnu.tgz")).OpenAsync(new MethodMetadata(), default);

        await DatasetChecker.CheckAsync(dataset, new MethodMetadata(), default);

        dataset.Content.Position.ShouldBe(0);
        dataset.Content.ReadByte().ShouldBe(0x1F);
    }
}
