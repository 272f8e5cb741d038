using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Damage, floods and faults: the first two are lines in the report, the last is an exception.</summary>
public class DamagedArchiveTests
{
    [Test]
    public async Task CheckAsync_ChangedContentInZip_NamesTheFileAndGoesOn()
    {
        var archive = Zip(CompressionLevel.NoCompression, Text("a.txt", "first"), Text("b.txt", "second"), Text("c.txt", "third"));
        archive[archive.AsSpan().IndexOf("second"u8)] ^= 1;

        var report = await CheckAsync(archive);

        report.Errors.Lines().ShouldBe(["Damaged file: `b.txt`: its checksum does not match"]);
        report.FileCount.ShouldBe(3);
    }

    [Test]
    public async Task CheckAsync_DamageInTheMiddle_LeavesTheComparisonOfTheOthersAlone()
    {
        var same = Sized("", 300_000).Content;
        var archive = Zip(CompressionLevel.Optimal, ("a", same), ("b", same), ("c", same));
        archive[200_000] = 0xFF; // in the content of a, which is three stored blocks at least
        archive.AsSpan(archive.AsSpan(0, 300_000).LastIndexOf(same.AsSpan(250_000, 8)) - 1_000, 20_000).Fill(0xFF);

        var report = await CheckAsync(archive);

        report.Errors.Single().Entry.ShouldBe("a");
        report.Warnings.Lines().ShouldBe(["Duplicate content: `c` and `b`"]);
    }

    [Test]
    public async Task CheckAsync_ZipStatesAnotherSize_IsDamage()
    {
        var archive = Zip(CompressionLevel.Optimal, Text("a.txt", new string('a', 1000)));
        var directory = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(archive.AsSpan(directory + 24), 2000);

        var report = await CheckAsync(archive);

        report.Errors.Lines().ShouldBe(["Damaged file: `a.txt`: it has 1000 bytes, and the archive says 2000"]);
    }

    [Test]
    public async Task CheckAsync_CutAnywhere_IsDamage([Values("data.tar.gz", "data.tar.bz2", "data.tar", "data.zip")] string fileName)
    {
        var archive = Pack(fileName, Sized("a.bin", 700), Text("b.txt"), Sized("c.bin", 300));
        var whole = fileName == "data.tar" ? archive.Length - 512 : archive.Length; // one block of the end mark is enough

        var step = fileName == "data.tar.bz2" ? 5 : 1; // bzip2 takes megabytes for each try
        for (var length = whole - 1; length > 0; length -= step)
            (await CheckAsync(archive[..length], null, fileName)).IsValid.ShouldBeFalse($"cut to {length} of {archive.Length} bytes");
    }

    [Test]
    public async Task CheckAsync_GzipFollowedByOtherBytes_IsDamage()
    {
        var report = await CheckAsync([.. Gzip(Tar(Text("a.txt"))), 1, 2, 3], null, "data.tar.gz");

        report.Errors.Lines().ShouldBe(["Damaged dataset: The compressed data is cut off, or other bytes follow it."]);
    }

    [TestCase(-5, "checksum")]
    [TestCase(-1, "size")]
    public async Task CheckAsync_GzipWithWrongTrailer_IsDamage(int offset, string field)
    {
        var archive = Gzip(Tar(Text("a.txt")));
        archive[archive.Length + offset] ^= 1;

        var report = await CheckAsync(archive, null, "data.tar.gz");

        report.Errors.Rules().ShouldBe(["corrupt"], field);
    }

    [Test]
    public async Task CheckAsync_TarWithoutEndMark_IsDamage()
    {
        var archive = Tar(Text("a.txt"));

        var report = await CheckAsync(archive[..^1024], null, "data.tar");

        report.Errors.Lines().ShouldBe(["Damaged dataset: It ends without the end mark of a tar: it was cut off, or never finished."]);
        report.FileCount.ShouldBe(1);
    }

    [TestCase('L')]
    [TestCase('x')]
    [TestCase('g')]
    public async Task CheckAsync_TarHeaderClaimsEndlessAttributes_IsDamageAndTakesNoMemory(char type)
    {
        byte[] archive = [.. TarHeader("name", 0x7000_0000, type), .. new byte[4096]];
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var report = await CheckAsync(archive, null, "data.tar");

        report.Errors.Lines().ShouldBe(
            ["Damaged dataset: A header of the tar claims a name or attributes that are too large."]);
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(16 << 20);
    }

    [TestCase("data.zip")]
    [TestCase("data.tar.gz")]
    [TestCase("data.tar.bz2")]
    public async Task CheckAsync_Flood_EndsTheCheck(string fileName)
    {
        var archive = Pack(fileName, ("a.txt", new byte[3 << 20]));
        var limits = new DatasetLimits { FreeExpansion = 1 << 20, MaxExpansion = 20 };

        var report = await CheckWithinAsync(archive, limits, fileName);

        var allowed = Megabytes.Show((1 << 20) + (20L * archive.Length));
        report.Errors.Lines().ShouldBe(
            [$"Too big when unpacked: the dataset of {archive.Length} bytes unpacks into more than {allowed}; the check ended there"]);
    }

    [Test]
    public async Task CheckAsync_ManyEntriesWithOneContent_AreAFloodTogether()
    {
        var zip = Zip(("a.txt", new byte[2 << 20]));
        var directory = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        var (entry, end) = (zip[directory..^22], zip[^22..]);
        const int Count = 200;
        BinaryPrimitives.WriteInt16LittleEndian(end.AsSpan(8), Count);
        BinaryPrimitives.WriteInt16LittleEndian(end.AsSpan(10), Count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), Count * entry.Length);

        var report = await CheckAsync([.. zip[..directory], .. Enumerable.Repeat(entry, Count).SelectMany(bytes => bytes), .. end]);

        report.Errors.Rules().ShouldContain("expansion");
        report.UnpackedSize.ShouldBeLessThan(110 << 20);
    }

    [Test]
    public async Task CheckAsync_FloodBehindTheEndOfATar_EndsTheCheck()
    {
        var archive = Gzip([.. Tar(Text("a.txt")), .. new byte[20 << 20]]);

        var report = await CheckWithinAsync(archive, new DatasetLimits { FreeExpansion = 1 << 20 }, "data.tar.gz");

        report.Errors.Rules().ShouldBe(["expansion"]);
    }

    [Test]
    public async Task CheckAsync_WellPackedWithinTheFreePart_IsNoFlood()
    {
        var report = await CheckAsync(Zip(("a.txt", new byte[90 << 20])));

        report.Errors.ShouldBeEmpty();
    }

    [TestCase("data.zip")]
    [TestCase("data.tar")]
    public async Task CheckAsync_MoreEntriesThanAnyoneNeeds_EndsTheCheck(string fileName)
    {
        var archive = Pack(fileName, Text("a", "1"), Text("b", "2"), Text("c", "3"));

        var report = await CheckWithinAsync(archive, new DatasetLimits { MaxEntries = 2 }, fileName);

        report.Errors.Lines().ShouldBe(["Too many entries: the check ended after 2"]);
        report.FileCount.ShouldBe(2);
    }

    [Test]
    public async Task CheckAsync_HugeTableOfContents_IsNotTakenIntoMemory()
    {
        var archive = Zip([.. Enumerable.Range(0, 2000).Select(i => Text($"{i}"))]);

        var report = await CheckWithinAsync(archive, new DatasetLimits { MaxDirectorySize = 50_000 });

        report.Errors.Lines().ShouldBe(["Damaged dataset: The archive's table of contents is too large."]);
    }

    [TestCase("data.zip")]
    [TestCase("data.tar")]
    [TestCase("data.tar.gz")]
    [TestCase("data.tar.bz2")]
    public async Task CheckAsync_DiskFails_Throws(string fileName)
    {
        var archive = Pack(fileName, Sized("a.bin", 300_000));
        using var disk = new FailingStream(archive, failAt: 200_000);

        var error = await Should.ThrowAsync<IOException>(() => Archives.CheckAsync(DatasetSource.FromStream(disk, fileName)));

        error.Message.ShouldBe("The disk is gone.");
    }

    private static byte[] TarHeader(string name, long size, char type)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), header.AsSpan(124));
        header[156] = (byte)type;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148));
        return header;
    }

    private sealed class FailingStream(byte[] content, int failAt) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer)
        {
            if (Position + buffer.Length > failAt && Position < failAt)
                throw new IOException("The disk is gone.");
            return base.Read(buffer);
        }
    }
}
