using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training;

public sealed class FolderPublisherTests
{
    private static readonly Uri Address = new("https://data.example/sets");
    private DirectoryInfo _folder = null!;
    private FolderPublisher _publisher = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("snet-publisher-");
        _publisher = new FolderPublisher(_folder.FullName, Address);
    }

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public async Task PublishAsync_Archive_LiesUnderItsLinkAsItIs()
    {
        var link = await PublishAsync([1, 2, 3], "dataset.zip");

        link.AbsoluteUri.ShouldMatch("^https://data.example/sets/[0-9a-f]{32}-dataset.zip$");
        (await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, link.Segments[^1]))).ShouldBe([1, 2, 3]);
        Names().ShouldBe([link.Segments[^1]]);
    }

    [Test]
    public async Task PublishAsync_SameArchiveTwice_HasTwoLinks()
    {
        var first = await PublishAsync([1], "dataset.zip");
        var second = await PublishAsync([1], "dataset.zip");

        await _publisher.RemoveAsync(first);

        second.ShouldNotBe(first);
        Names().ShouldBe([second.Segments[^1]]);
    }

    [TestCase("../../etc/passwd", "-.._.._etc_passwd")]
    [TestCase("my data (1).tar.gz", "-my_data__1_.tar.gz")]
    [TestCase("données.zip", "-donn_es.zip")]
    [TestCase(".htaccess", "-.htaccess")]
    [TestCase("a?b#c%2e.zip", "-a_b_c_2e.zip")]
    [TestCase("CON:x\n.zip", "-CON_x_.zip")]
    [TestCase("", "-")]
    public async Task PublishAsync_AnyName_IsHarmlessAndCanBeRemoved(string name, string expected)
    {
        var link = await PublishAsync([1], name);

        link.AbsolutePath.ShouldBe("/sets/" + link.Segments[^1]);
        link.Segments[^1][32..].ShouldBe(expected);
        await _publisher.RemoveAsync(link);
        Names().ShouldBeEmpty();
    }

    [Test]
    public async Task PublishAsync_LongName_KeepsItsEnd()
    {
        var link = await PublishAsync([1], new string('x', 400) + ".tar.gz");

        link.Segments[^1].ShouldEndWith("xxx.tar.gz");
        link.Segments[^1].Length.ShouldBe(133);
    }

    [Test]
    public async Task PublishAsync_ReadingFails_NothingIsLeft()
    {
        await Should.ThrowAsync<IOException>(() => _publisher.PublishAsync(new Failing(), "dataset.zip"));

        Names().ShouldBeEmpty();
    }

    [Test]
    public async Task PublishAsync_Cancelled_NothingIsLeft()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => _publisher.PublishAsync(new MemoryStream([1]), "dataset.zip", cancel.Token));

        Names().ShouldBeEmpty();
    }

    [Test]
    public async Task PublishAsync_FolderIsNotThere_IsMade()
    {
        var folder = Path.Combine(_folder.FullName, "new", "one");

        await new FolderPublisher(folder, Address).PublishAsync(new MemoryStream([1]), "dataset.zip");

        Directory.GetFiles(folder).Length.ShouldBe(1);
    }

    [TestCase("https://data.example/other/0123456789abcdef0123456789abcdef-a.zip")]
    [TestCase("https://elsewhere.example/sets/0123456789abcdef0123456789abcdef-a.zip")]
    [TestCase("https://data.example/sets/../0123456789abcdef0123456789abcdef-a.zip")]
    [TestCase("https://data.example/sets/%2e%2e%2fkeys")]
    [TestCase("https://data.example/sets/0123456789abcdef0123456789abcdef-a/../../keys")]
    [TestCase("https://data.example/sets/0123456789abcdef0123456789abcdef-%2e%2e%2fkeys")]
    [TestCase("https://data.example/sets/keys.txt")]
    [TestCase("https://data.example/sets/")]
    public async Task RemoveAsync_LinkOfAnother_IsRefused(string link)
    {
        await PublishAsync([1], "dataset.zip");

        await Should.ThrowAsync<ArgumentException>(() => _publisher.RemoveAsync(new Uri(link)));

        Names().Count.ShouldBe(1);
    }

    [Test]
    public async Task RemoveAsync_GoneAlready_IsNoError()
    {
        var link = await PublishAsync([1], "dataset.zip");

        await _publisher.RemoveAsync(link);
        await _publisher.RemoveAsync(link);
        _folder.Delete(recursive: true);
        await _publisher.RemoveAsync(link);
        _folder.Create();
    }

    [TestCase("ftp://data.example/sets")]
    [TestCase("https://data.example/sets?key=1")]
    [TestCase("https://data.example/sets#here")]
    [TestCase("https://user:secret@data.example/sets")]
    [TestCase("/sets")]
    public void New_AddressThatMakesNoLinks_IsRefused(string address) =>
        Should.Throw<ArgumentException>(() => new FolderPublisher(_folder.FullName, new Uri(address, UriKind.RelativeOrAbsolute)));

    private Task<Uri> PublishAsync(byte[] content, string name) => _publisher.PublishAsync(new MemoryStream(content), name);

    private List<string> Names() => [.. Directory.GetFileSystemEntries(_folder.FullName).Select(path => Path.GetFileName(path))];

    private sealed class Failing : MemoryStream
    {
        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            destination.WriteByte(1);
            throw new IOException("the disk is gone");
        }
    }
}
