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
    public async Task CheckAsync_SameTreeByAnyProgram_SameReport(string name, string kind)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)), new MethodMetadata("", 0, 1, 3, 1, "txt, png", kind));

        report.Errors.ShouldBeEmpty();
        report.Warnings.ShouldBeEmpty();
        (report.Kind, report.FileCount, report.UnpackedSize).ShouldBe((kind, 3, 39));
    }

    [Test]
    public async Task CheckAsync_SevenZip_IsPassedOnWithAWarningWhereAllowed()
    {
        var source = DatasetSource.FromFile(Made("seven-zip.7z"));

        var allowed = await CheckAsync(source, new MethodMetadata(DatasetType: "7z, zip"));
        var refused = await CheckAsync(source, new MethodMetadata(DatasetType: "zip"));

        allowed.Errors.ShouldBeEmpty();
        allowed.Warnings.Lines().ShouldBe(
            ["The content of `seven-zip.7z` was not checked to its end: it is not known here how to read 7z. It is sent as it is"]);
        refused.Errors.Lines().ShouldBe(["Wrong dataset type: `7z` in file: `seven-zip.7z`. Allowed dataset types: zip"]);
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

    [Test]
    public async Task CheckAsync_LinksAndDevices_AreErrors()
    {
        var zip = await CheckAsync(DatasetSource.FromFile(Made("link.zip")));
        var tar = await CheckAsync(DatasetSource.FromFile(Made("links-and-pipe.tar")));

        zip.Errors.Lines().ShouldBe(["Link in the dataset: `soft.txt`. Put the file itself in its place"]);
        tar.Errors.Lines().ShouldBe(
        [
            "Link in the dataset: `./hard.txt`. Put the file itself in its place",
            "Not a file: `./pipe.txt` is a device, a pipe or the like",
            "Link in the dataset: `./soft.txt`. Put the file itself in its place",
        ]);
    }

    [TestCase("climbs.tar", "Unsafe file name: `../../evil.txt`: it leaves its folder")]
    [TestCase("absolute.tar", "Unsafe file name: `/root/evil.txt`: it starts at the root of the file system")]
    public async Task CheckAsync_NameThatLeavesTheFolder_IsAnError(string name, string line)
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made(name)));

        report.Errors.Lines().ShouldBe([line]);
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

    [Test]
    public async Task CheckAsync_MacZip_WarnsOfJunk()
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made("macos.zip")), new MethodMetadata(DatasetFilesType: "png"));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Select(problem => (problem.Rule, problem.Entry)).ShouldBe(
            [("junk", "__MACOSX/set/._a.png"), ("junk", "set/.DS_Store")]);
    }

    [Test]
    public async Task CheckAsync_NameInAnOldCodePage_IsAWarning()
    {
        var report = await CheckAsync(DatasetSource.FromFile(Made("code-page.zip")));

        report.Errors.ShouldBeEmpty();
        report.Warnings.Lines().ShouldBe(["File name in an unknown encoding: `gr\uFFFDn.txt`. Others may read it differently"]);
    }
}
