using Snet.Sdk.Training;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

public class DatasetSourceTests
{
    private static readonly MethodMetadata s_rules = new();

    [Test]
    public async Task FromFile_Opened_GivesNameAndBytes()
    {
        await using var dataset = await DatasetSource.FromFile(Made("gnu.tgz")).OpenAsync(s_rules, default);

        dataset.FileName.ShouldBe("gnu.tgz");
        dataset.Length.ShouldBe(new FileInfo(Made("gnu.tgz")).Length);
        (await ReadAsync(dataset.Content)).ShouldBe(await File.ReadAllBytesAsync(Made("gnu.tgz")));
    }

    [Test]
    public async Task FromFile_NotThere_SaysSoWhenOpened()
    {
        var source = DatasetSource.FromFile("no/such/data.zip");

        var error = await Should.ThrowAsync<FileNotFoundException>(() => CheckAsync(source));

        error.Message.ShouldBe("There is no dataset at `no/such/data.zip`.");
        error.FileName.ShouldBe("no/such/data.zip");
    }

    [Test]
    public async Task FromFile_Folder_PointsToFromFolder()
    {
        var error = await Should.ThrowAsync<FileNotFoundException>(
            () => CheckAsync(DatasetSource.FromFile(Path.GetTempPath().TrimEnd(Path.DirectorySeparatorChar))));

        error.Message.ShouldContain("FromFolder");
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase(null)]
    [TestCase("folder/")]
    public void FromFile_NoFileName_Throws(string? path) =>
        Should.Throw<ArgumentException>(() => DatasetSource.FromFile(path!));

    [TestCase("")]
    [TestCase("a/b.zip")]
    [TestCase("..\\b.zip")]
    [TestCase("a\nb.zip")]
    public void FromStream_NotAPlainName_Throws(string fileName)
    {
        Should.Throw<ArgumentException>(() => DatasetSource.FromStream(new MemoryStream(), fileName));
        Should.Throw<ArgumentException>(() => DatasetSource.FromStream(() => new MemoryStream(), fileName));
    }

    [Test]
    public async Task FromStream_CanSeek_IsReadFromItsStartAnyNumberOfTimesAndStaysOpen()
    {
        using var stream = new MemoryStream(Zip(Text("a.txt")));
        stream.Position = 7;
        var source = DatasetSource.FromStream(stream, "data.zip");

        var first = await CheckAsync(source);
        var second = await CheckAsync(source);

        first.IsValid.ShouldBeTrue();
        second.ToString().ShouldBe(first.ToString());
        stream.CanRead.ShouldBeTrue();
    }

    [Test]
    public async Task FromStream_CannotSeek_ServesOnceAndSaysSo()
    {
        using var stream = new ForwardStream(Zip(Text("a.txt")));
        var source = DatasetSource.FromStream(stream, "data.zip");

        (await CheckAsync(source)).IsValid.ShouldBeTrue();
        var error = await Should.ThrowAsync<InvalidOperationException>(() => CheckAsync(source));

        error.Message.ShouldBe("This stream cannot seek and was already read. Give a function that opens it anew.");
        stream.CanRead.ShouldBeTrue();
    }

    [Test]
    public async Task FromStream_Function_OpensAndClosesEachTime()
    {
        var opened = new List<ForwardStream>();
        var source = DatasetSource.FromStream(
            () =>
            {
                opened.Add(new ForwardStream(Zip(Text("a.txt"))));
                return opened[^1];
            },
            "data.zip");

        (await CheckAsync(source)).IsValid.ShouldBeTrue();
        (await CheckAsync(source)).IsValid.ShouldBeTrue();

        opened.Count.ShouldBe(2);
        opened.ShouldAllBe(stream => !stream.CanRead);
    }

    [Test]
    public async Task FromStream_CannotSeek_LeavesNoTemporaryFile()
    {
        var source = DatasetSource.FromStream(new ForwardStream(Zip(Text("a.txt"))), "data.zip");

        string path;
        await using (var dataset = await source.OpenAsync(s_rules, default))
        {
            path = dataset.Content.ShouldBeOfType<FileStream>().Name;
            File.Exists(path).ShouldBeTrue();
        }

        File.Exists(path).ShouldBeFalse();
    }

    [Test]
    public void Factories_NothingThere_ReadNothing()
    {
        DatasetSource.FromFile("no/such/data.zip").ToString().ShouldBe("no/such/data.zip");
        DatasetSource.FromFolder("no/such/folder").ToString().ShouldBe("no/such/folder");
        DatasetSource.FromStream(() => throw new InvalidOperationException("opened"), "data.zip").ToString().ShouldBe("data.zip");
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    /// <summary>A stream that cannot seek, as one from the network.</summary>
    private sealed class ForwardStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
    }
}
