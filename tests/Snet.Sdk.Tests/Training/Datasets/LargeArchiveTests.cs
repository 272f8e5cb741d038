using System.IO.Compression;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Archives beyond what the old forms of zip and tar can say, made of zeros that take no room.</summary>
public class LargeArchiveTests
{
    private const long Gigabyte = 1L << 30;

    [Test]
    public async Task WriteAsync_ZipAbove4Gb_IsReadBackWhole()
    {
        using var large = new SparseStream();
        large.SetLength((4 * Gigabyte) + 1);
        PackItem[] items = [Item("large.png", large), Item("z.txt", new MemoryStream([1]))]; // the second begins beyond 4 GB
        using var archive = new SparseStream();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var files = await Packer.WriteAsync(items, ArchiveKind.Zip, archive, default);
        var report = await CheckAsync(archive, "data.zip");

        files.Select(file => file.Size).ShouldBe([(4 * Gigabyte) + 1, 1]);
        (report.Size > 4 * Gigabyte, report.FileCount, report.UnpackedSize).ShouldBe((true, 2, (4 * Gigabyte) + 2));
        report.Errors.Lines().ShouldBe(["Too big file `large.png` size: 4096.000000953674 MB > 4096 MB"]);
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(16 << 20);
    }

    /// <summary>Eleven octal digits end at 8 GB. Only the start is written and read, for the size stands there.</summary>
    [Test]
    public async Task WriteAsync_TarAbove8Gb_StatesTheSize()
    {
        using var cancel = new CancellationTokenSource();
        using var large = new SparseStream { Reading = cancel.Cancel };
        large.SetLength(9 * Gigabyte);
        using var archive = new SparseStream();

        await Should.ThrowAsync<OperationCanceledException>(
            () => Packer.WriteAsync([Item("large.bin", large)], ArchiveKind.Tar, archive, cancel.Token));
        await using var dataset = new OpenedDataset("data.tar", archive);
        var report = await DatasetChecker.CheckAsync(
            dataset, new MethodMetadata(), new DatasetLimits { FreeExpansion = 0, MaxExpansion = 0 }, default);

        report.Errors.Rules().ShouldBe(["expansion"]); // it is being read, and not taken for damage
    }

    [Test]
    public async Task WriteAsync_MoreEntriesThanTheOldZipCounts_IsReadBackWhole()
    {
        var items = Enumerable.Range(0, 70_000).Select(i => Item($"{i:00000}", new MemoryStream(BitConverter.GetBytes(i)))).ToArray();
        using var archive = new MemoryStream();

        await Packer.WriteAsync(items, ArchiveKind.Zip, archive, default);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var report = await CheckAsync(archive, "data.zip");

        ((GC.GetTotalAllocatedBytes(precise: true) - before) / items.Length).ShouldBeLessThan(3000);
        report.Errors.ShouldBeEmpty();
        report.Warnings.ShouldBeEmpty();
        report.FileCount.ShouldBe(70_000);
        archive.Position = 0;
        using var zip = new ZipArchive(archive);
        zip.Entries.Count.ShouldBe(70_000);
    }

    private static PackItem Item(string name, Stream content) => new(name, content, SeekableStream.Of(content));

    private static Task<DatasetReport> CheckAsync(Stream archive, string fileName) =>
        Archives.CheckAsync(DatasetSource.FromStream(archive, fileName), new MethodMetadata(DatasetMaxSizeSingleFileMb: 4096));
}
