using System.Diagnostics;
using Snet.Sdk.Training;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Archives that other programs made; tests/Data/datasets/README.md says how.</summary>
public class ToolArchiveTests
{
    [TestCase("info-zip.zip", "zip")]
    [TestCase("seven-zip.zip", "zip")]
    [TestCase("bsdtar.zip", "zip")]
    [TestCase("gnu.tar", "tar")]
    [TestCase("posix.tar", "tar")]
    [TestCase("dot-names.tar", "tar")]
    [TestCase("gnu.tgz", "tar.gz")]
    [TestCase("v7.tar.gz", "tar.gz")]
    [TestCase("bsdtar.tar.gz", "tar.gz")]
    [TestCase("two-members.tar.gz", "tar.gz")]
    [TestCase("gnu.tar.bz2", "tar.bz2")]
    [TestCase("python.zip", "zip")]
    [TestCase("seven-zip.tar", "tar")]
    [TestCase("bsdtar-gnu.tar", "tar")]
    [TestCase("bsdtar-pax.tar", "tar")]
    [TestCase("python.tar.gz", "tar.gz")]
    [TestCase("python.tar.bz2", "tar.bz2")]
    public async Task CheckAsync_SameTreeByAnyProgram_SameReport(string name, string kind)
    {
        var good = await CheckAsync(DatasetSource.FromFile(Made(name)), new MethodMetadata("", 0, 1, 3, 1, "txt, png", kind));
        var bad = await CheckAsync(DatasetSource.FromFile(Made(name)), new MethodMetadata("", 0, 0, 2, 0, "png", "rar"));

        good.Errors.ShouldBeEmpty();
        good.Warnings.ShouldBeEmpty();
        (good.Kind, good.FileCount, good.UnpackedSize).ShouldBe((kind, 3, 39));
        bad.Errors.Rules().ShouldBe(["archive-type", "file-count", "file-type"]);
        bad.Errors[^1].Message.ShouldStartWith("Wrong file type: `txt` in file: `");
        bad.Errors[^1].Message.ShouldEndWith("notes.txt`. Allowed file types: png");
    }

    [TestCase("large-info-zip.zip")]
    [TestCase("large-seven-zip.zip")]
    [TestCase("large-bsdtar.zip")]
    [TestCase("large-gnu.tar.gz")]
    [TestCase("large-bsdtar.tar.gz")]
    [TestCase("large-gnu.tar.bz2")]
    public async Task CheckAsync_FileAboveTheLimit_IsAnError(string name)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)), new MethodMetadata(DatasetMaxSizeSingleFileMb: 1));

        report.Errors.Lines().ShouldBe(["Too big file `large/large.txt` size: 1.4296875 MB > 1 MB"]);
    }

    [TestCase("empty-python.zip")]
    [TestCase("empty.tar")]
    [TestCase("empty.tar.gz")]
    public async Task CheckAsync_NothingInIt_IsAnError(string name)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.Lines().ShouldBe(["Empty dataset: there are no files in it"]);
    }

    [TestCase("odd-info-zip.zip")]
    [TestCase("odd-seven-zip.zip")]
    [TestCase("odd-bsdtar.tar.gz")]
    [TestCase("odd-gnu.tar.bz2")]
    public async Task CheckAsync_EmptyFileSameContentAndInnerArchive_AreWarnings(string name)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(
        [
            "Duplicate content: `odd/b.txt` and `odd/a.txt`",
            "Empty file: `odd/empty.txt`",
            "Archive in the dataset: `odd/inner.zip`. What is in it was not checked",
        ]);
    }

    [TestCase("duplicate-python.zip")]
    [TestCase("duplicate.tar")]
    public async Task CheckAsync_SameNameTwice_IsAnError(string name)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.Lines().ShouldBe(["Duplicate file name: `a.txt` is there more than once"]);
    }

    [Test]
    public async Task CheckAsync_Flood_EndsTheCheckInTime()
    {
        var watch = Stopwatch.StartNew();

        var report = await CheckAsync(DatasetSource.FromFile(Made("flood.tar.bz2"))); // 262 bytes for 200 MB

        report.Errors.Lines().ShouldBe(
            ["Too big when unpacked: the dataset of 262 bytes unpacks into more than 100.0498046875 MB; the check ended there"]);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [TestCase("seven-zip.7z", "7z", "7z")]
    [TestCase("gnu.tar.xz", "tar.xz", "xz")]
    public async Task CheckAsync_KindThatCannotBeRead_IsPassedOnWithAWarningWhereAllowed(string name, string type, string kind)
    {
        var source = DatasetSource.FromFile(Made(name));

        var allowed = await CheckAsync(source, new MethodMetadata(DatasetType: $"{type}, zip"));
        var refused = await CheckAsync(source, new MethodMetadata(DatasetType: "zip"));

        allowed.Errors.ShouldBeEmpty();
        allowed.Warnings.Lines().ShouldBe(
            [$"The content of `{name}` was not checked to its end: it is not known here how to read {kind}. It is sent as it is"]);
        refused.Errors.Lines().ShouldBe([$"Wrong dataset type: `{kind}` in file: `{name}`. Allowed dataset types: zip"]);
    }

    [TestCase("streamed.zip", 11)]
    [TestCase("zip64.zip", 11)]
    [TestCase("deflate64.zip", 3893)]
    [TestCase("parallel.tar.bz2", 292_000)]
    public async Task CheckAsync_RareForm_IsRead(string name, int size)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.ShouldBeEmpty();
        report.Warnings.ShouldBeEmpty();
        report.FileCount.ShouldBe(1);
        report.UnpackedSize.ShouldBe(size);
    }

    [TestCase("bzip2-method.zip", "BZip2")]
    [TestCase("lzma-method.zip", "LZMA")]
    public async Task CheckAsync_ZipMethodNotKnownHere_IsAWarning(string name, string method)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)), new MethodMetadata(DatasetFilesType: "png"));

        report.Errors.Rules().ShouldBe(["file-type"]);
        report.Warnings.Lines().ShouldBe(
            [$"The content of `numbers.txt` was not checked: it is compressed with {method}"]);
        report.UnpackedSize.ShouldBe(3893);
    }

    [TestCase("sparse-posix.tar")]
    [TestCase("sparse-bsdtar.tar")]
    public async Task CheckAsync_SparseFileInPosixForm_HasItsNameAndSize(string name)
    {
        var report = await CheckAsync(
            DatasetSource.FromFile(Made(name)), new MethodMetadata(DatasetMaxSizeSingleFileMb: 1, DatasetFilesType: "png"));

        report.Errors.Lines().ShouldBe(
        [
            "Wrong file type: `txt` in file: `holes.txt`. Allowed file types: png",
            "Too big file `holes.txt` size: 1.0000028610229492 MB > 1 MB",
        ]);
        report.Warnings.Lines().ShouldBe(["The content of `holes.txt` was not checked: it is a sparse file"]);
        report.UnpackedSize.ShouldBe(1_048_579);
    }

    [Test]
    public async Task CheckAsync_SparseFile_IsAWarning()
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made("sparse.tar")));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(
            ["The content of `sparse.tar` was not checked to its end: it holds a sparse file. It is sent as it is"]);
    }

    [TestCase("password.zip", 2)]
    [TestCase("aes.zip", 1)]
    public async Task CheckAsync_Password_IsAnError(string name, int files)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.Count.ShouldBe(files);
        report.Errors[0].ShouldBe(new DatasetProblem(
            "encrypted", "Encrypted file: `set/notes.txt`. The provider has no password for it", "set/notes.txt"));
    }

    [TestCase("link.zip")]
    [TestCase("link-seven-zip.zip")]
    [TestCase("link-bsdtar.zip")]
    public async Task CheckAsync_LinkInAZip_IsAnError(string name)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.Lines().ShouldBe(["Link in the dataset: `soft.txt`. Put the file itself in its place"]);
    }

    [TestCase("links-and-pipe.tar")]
    [TestCase("links-bsdtar.tar")]
    public async Task CheckAsync_LinksAndPipesInATar_AreErrors(string name)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.Lines().ShouldBe(
        [
            "Link in the dataset: `./hard.txt`. Put the file itself in its place",
            "Not a file: `./pipe.txt` is a device, a pipe or the like",
            "Link in the dataset: `./soft.txt`. Put the file itself in its place",
        ]);
    }

    [TestCase("climbs.tar", "Unsafe file name: `../../evil.txt`: it leaves its folder")]
    [TestCase("climbs-info-zip.zip", "Unsafe file name: `../evil.txt`: it leaves its folder")]
    [TestCase("climbs-bsdtar.zip", "Unsafe file name: `../../evil.txt`: it leaves its folder")]
    [TestCase("absolute.tar", "Unsafe file name: `/root/evil.txt`: it starts at the root of the file system")]
    [TestCase("absolute-bsdtar.tar", "Unsafe file name: `/root/evil.txt`: it starts at the root of the file system")]
    [TestCase("absolute-seven-zip.zip", "Unsafe file name: `/etc/debian_version`: it starts at the root of the file system")]
    [TestCase("drive.tar", "Unsafe file name: `C:/evil.txt`: it starts with a drive letter")]
    [TestCase("control.tar", "Unsafe file name: `ev\\u0007il.txt`: it has a control character")]
    [TestCase("device.tar", "Not a file: `null` is a device, a pipe or the like")]
    public async Task CheckAsync_EntryThatIsNotSafe_IsAnError(string name, string line)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.Lines().ShouldBe([line]);
    }

    [Test]
    public async Task CheckAsync_OverlongName_IsAnError()
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made("overlong.tar")));

        report.Errors.Single().Message.ShouldEndWith("n...`: it is longer than 255 bytes a part or 4096 in all");
        report.Errors.Single().Entry.ShouldBe(new string('n', 300) + "evil.txt");
    }

    [Test]
    public async Task CheckAsync_UnsafeNamesByPython_AreAllListed()
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made("unsafe-python.zip")));

        report.Errors.Select(problem => (problem.Rule, problem.Entry)).ShouldBe(
        [
            ("unsafe-name", "../up.txt"),
            ("unsafe-name", "/root.txt"),
            ("unsafe-name", "C:/drive.txt"),
            ("unsafe-name", "bell\u0007.txt"),
            ("special-file", "device.txt"),
            ("unsafe-name", new string('n', 300) + ".txt"),
        ]);
        report.FileCount.ShouldBe(7);
    }

    [TestCase("long-name-gnu.tar")]
    [TestCase("long-name-posix.tar")]
    public async Task CheckAsync_LongName_IsReadWhole(string name)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)), new MethodMetadata(DatasetFilesType: "png"));

        report.Errors.Single().Entry.ShouldBe($"long/{new string('n', 120)}/{new string('n', 120)}.txt");
    }

    [Test]
    public async Task CheckAsync_OldWindowsZip_NamesBackslashesAndJunk()
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made("windows.zip")), new MethodMetadata(DatasetFilesType: "png"));

        report.Errors.Select(problem => (problem.Rule, problem.Entry)).ShouldBe(
            [("unsafe-name", "pictures\\Thumbs.db"), ("unsafe-name", "pictures\\a.png")]);
        report.Warnings.Select(problem => (problem.Rule, problem.Entry)).ShouldBe(
            [("junk", "desktop.ini"), ("junk", "pictures\\Thumbs.db")]);
    }

    [TestCase("macos.zip", "__MACOSX/set/._a.png", "set/.DS_Store")]
    [TestCase("macos-streamed.zip", "__MACOSX/set/._a.png")]
    [TestCase("macos.tar.gz", "mac/.DS_Store", "mac/._a.png")]
    [TestCase("windows-explorer.zip", "pictures/Thumbs.db")]
    public async Task CheckAsync_ArchiveOfMacOrWindows_WarnsOfJunkAndIsInOrder(string name, params string[] junk)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)), new MethodMetadata(DatasetFilesType: "png, txt"));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Select(problem => (problem.Rule, problem.Entry)).ShouldBe(junk.Select(entry => ("junk", (string?)entry)));
    }

    [Test]
    public async Task CheckAsync_NameInAnOldCodePage_IsAWarning()
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made("code-page.zip")));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(["File name in an unknown encoding: `gr\uFFFDn.txt`. Others may read it differently"]);
    }
}
