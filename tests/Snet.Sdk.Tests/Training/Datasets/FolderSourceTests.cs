using Snet.Sdk.Training;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Folders that are packed on the way to the check or the upload.</summary>
public class FolderSourceTests
{
    [TestCase("", "zip")]
    [TestCase("zip, tar.gz", "zip")]
    [TestCase("7z, tar.bz2, tgz, zip", "tgz")]
    [TestCase("gz, tar", "tar.gz")]
    [TestCase("7z, bz2", "tar.bz2")]
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
}
