using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;
using static Snet.Sdk.Tests.Training.Datasets.Archives;

namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>Whatever the bytes are, the check gives a report, in little time and memory; the order of entries plays no part in it.</summary>
public class DatasetFuzzTests
{
    private const int Rounds = 50;
    private const long MostBytes = 64 << 20;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private static readonly MethodMetadata s_rules = new("", 0, 1, 2, 1, "txt", "zip, tar, tar.gz");

    private static IEnumerable<string> Names => Directory.GetFiles(Made("")).Select(path => Path.GetFileName(path)!)
        .Where(name => ArchiveKind.FromName(name) is not null && !name.StartsWith("flood", StringComparison.Ordinal)).Order();

    [TestCaseSource(nameof(Names))]
    public async Task CheckAsync_SpoiledArchive_GivesAReportInBoundedTimeAndMemory(string name)
    {
        var whole = await File.ReadAllBytesAsync(Made(name));
        for (var seed = 0; seed < Rounds / Cost(name); seed++)
        {
            var spoiled = Spoil(whole, new Random(seed));
            var (before, watch) = (GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());

            var report = await CheckAsync(spoiled, s_rules, name);

            report.Size.ShouldBe(spoiled.Length);
            watch.Elapsed.ShouldBeLessThan(s_longest, $"seed {seed}");
            (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(MostBytes, $"seed {seed}");
        }
    }

    /// <summary>A zip has its table at the end and gzip its checksum: of those, no cut can be taken for the whole.</summary>
    [TestCaseSource(nameof(Names))]
    public async Task CheckAsync_CutAtEveryPlace_GivesAReport(string name)
    {
        var whole = await File.ReadAllBytesAsync(Made(name));
        var step = Math.Max(1, whole.Length * Cost(name) / 250);
        for (var length = 0; length < whole.Length; length += step)
        {
            var report = await CheckAsync(whole[..length], null, name);

            if (report.Kind is "zip" or "tar.gz")
                report.IsValid.ShouldBeFalse($"cut to {length} of {whole.Length} bytes");
        }
    }

    [Test]
    public async Task CheckAsync_RandomBytesBehindAnyMagic_GivesAReport(
        [Values("504B0304", "504B0506", "1F8B08", "425A6839", "377ABCAF271C", "526172211A07", "")] string magic,
        [Values("data.zip", "data.tar", "data.tar.gz", "data.tar.bz2", "data.7z", "data")] string fileName)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var noise = new byte[random.Next(2000)];
            random.NextBytes(noise);

            var report = await CheckAsync([.. Convert.FromHexString(magic), .. noise], null, fileName);

            report.FileCount.ShouldBe(0);
        }
    }

    [Test]
    public void CheckAsync_SameEntriesInAnotherOrder_GivesTheSameReport([Values("data.zip", "data.tar", "data.tar.gz")] string fileName)
    {
        var name = Gen.Elements(
            "a.txt", "A.txt", "b.wav", "../c.txt", "d", "d/e.txt", "d//e.txt", "./a.txt", "f.TXT", "Thumbs.db", "x.zip", "/abs.txt", "g", "d/");
        var content = Gen.Frequency(
            (4, Gen.Elements("", "one", "two", "three").Select(text => Text("", text).Content)),
            (1, Gen.Constant(new byte[(1 << 20) + 1])));
        var entries = name.SelectMany(_ => content, (entry, bytes) => (entry, entry.EndsWith('/') ? [] : bytes)).ListOf();
        var order = ArbMap.Default.GeneratorFor<int>();

        Prop.ForAll(entries.SelectMany(_ => order, (list, seed) => (list, seed)).ToArbitrary(), pair =>
        {
            var list = pair.list.ToArray();
            var first = CheckAsync(Pack(fileName, list), s_rules, fileName).GetAwaiter().GetResult();
            new Random(pair.seed).Shuffle(list);
            var second = CheckAsync(Pack(fileName, list), s_rules, fileName).GetAwaiter().GetResult();

            // The archive's own size may differ by some bytes, and nothing else.
            WithoutSize(second.Errors).ShouldBe(WithoutSize(first.Errors));
            second.Warnings.ShouldBe(first.Warnings);
            return (second.FileCount, second.UnpackedSize) == (first.FileCount, first.UnpackedSize);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    // Each try with bzip2 takes megabytes.
    private static int Cost(string name) => name.EndsWith("bz2", StringComparison.Ordinal) ? 5 : 1;

    private static IEnumerable<DatasetProblem> WithoutSize(IEnumerable<DatasetProblem> problems) =>
        problems.Where(problem => problem.Rule != "dataset-size");

    private static byte[] Spoil(byte[] whole, Random random)
    {
        var bytes = whole.ToArray();
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1: // one bit
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2: // a few bytes near the end, where the table of contents of a zip is
                for (var i = 0; i < 4; i++)
                    bytes[^random.Next(1, Math.Min(200, bytes.Length))] = (byte)random.Next(256);
                return bytes;
            case 3: // an extreme value in a field
                var value = random.Next(2) == 0 ? byte.MaxValue : (byte)0;
                bytes.AsSpan(random.Next(bytes.Length - 8), random.Next(1, 8)).Fill(value);
                return bytes;
            default: // a piece twice
                var from = random.Next(bytes.Length);
                return [.. bytes[..random.Next(bytes.Length)], .. bytes[from..]];
        }
    }
}
