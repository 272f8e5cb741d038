using System.Runtime.CompilerServices;
using System.Text;
using Snet.Sdk.Training;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Readers that an application brings.</summary>
public class DatasetReaderSeamTests
{
    [Test]
    public async Task CheckAsync_ReaderForTheKind_ChecksItsEntriesByAllRules()
    {
        var reader = new LineReader("7z");
        var archive = await File.ReadAllBytesAsync(Made("seven-zip.7z"));
        reader.Entries =
        [
            Entry("a.wav", "1"),
            Entry("../b.txt", "2"),
            new DatasetEntry("folder", 0, () => Stream.Null) { Type = DatasetEntryType.Folder },
        ];

        var report = await CheckAsync(archive, new MethodMetadata(DatasetFilesType: "txt", DatasetType: "7z"), "data.7z", reader);

        report.Errors.Rules().ShouldBe(["unsafe-name", "file-type"]);
        report.Warnings.ShouldBeEmpty();
        (report.Kind, report.FileCount, report.UnpackedSize).ShouldBe(("7z", 2, 2));
        reader.FirstBytes.ShouldBe(archive[..Math.Min(512, archive.Length)]);
    }

    [Test]
    public async Task CheckAsync_ReaderForAKindOfItsOwn_IsAskedByName()
    {
        var report = await CheckAsync(
            [.. "whatever"u8], new MethodMetadata(DatasetType: "lines"), "data.lines", new LineReader("other"), new LineReader("lines"));

        report.IsValid.ShouldBeTrue();
        report.Warnings.ShouldBeEmpty();
        report.Kind.ShouldBe("lines");
    }

    [Test]
    public async Task CheckAsync_KindThatTheSdkReads_DoesNotAskReaders()
    {
        var report = await CheckAsync(Zip(Text("a.txt")), null, "data.zip", new LineReader("zip") { Entries = [] });

        report.FileCount.ShouldBe(1);
    }

    [Test]
    public async Task CheckAsync_ReaderFindsDamage_IsInTheReport()
    {
        var reader = new LineReader("lines") { Fault = new InvalidDataException("line 3 is torn") };

        var report = await CheckAsync([1], null, "data.lines", reader);

        report.Errors.Lines().ShouldBe(["Damaged dataset: line 3 is torn"]);
    }

    [Test]
    public async Task CheckAsync_ReaderFailsOtherwise_Throws()
    {
        var reader = new LineReader("lines") { Fault = new InvalidOperationException("a bug") };

        await Should.ThrowAsync<InvalidOperationException>(() => CheckAsync([1], null, "data.lines", reader));
    }

    [Test]
    public async Task CheckAsync_SizeNotStated_IsCounted()
    {
        var reader = new LineReader("lines") { Entries = [new DatasetEntry("a.txt", -1, () => new MemoryStream(new byte[1234]))] };

        var report = await CheckAsync([1], null, "data.lines", reader);

        report.IsValid.ShouldBeTrue();
        report.UnpackedSize.ShouldBe(1234);
    }

    private static DatasetEntry Entry(string name, string content) =>
        new(name, content.Length, () => new MemoryStream(Encoding.UTF8.GetBytes(content)));

    private sealed class LineReader(string kind) : IDatasetReader
    {
        public DatasetEntry[] Entries { get; set; } = [Entry("a.txt", "1")];
        public Exception? Fault { get; init; }
        public byte[] FirstBytes { get; private set; } = [];
        public string Kind => kind;

        public bool CanRead(string fileName, ReadOnlySpan<byte> firstBytes)
        {
            FirstBytes = firstBytes.ToArray();
            return fileName.EndsWith("." + kind, StringComparison.Ordinal);
        }

        public async IAsyncEnumerable<DatasetEntry> ReadAsync(
            Stream archive, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            foreach (var entry in Entries)
                yield return entry;
            if (Fault is not null)
                throw Fault;
        }
    }
}
