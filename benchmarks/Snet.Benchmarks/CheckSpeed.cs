using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;

namespace Snet.Benchmarks;

/// <summary>How fast the check reads large archives, beside the programs that test them: <c>unzip -t</c> and <c>tar -tzf</c>.</summary>
internal static class CheckSpeed
{
    private const int Mb = 1024 * 1024;
    private const int FileSize = 4 * Mb;
    private static readonly string s_words = Words();

    public static async Task<int> RunAsync(int megabytes, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("snet-check-speed-").FullName;
        try
        {
            Console.WriteLine($"{"archive",-26} {"tool",10} {"check",10} {"ratio",7} {"memory",9}");
            await CompareAsync(Path.Combine(folder, "pictures.zip"), megabytes, 0, rounds, "unzip", "-tqq");
            await CompareAsync(Path.Combine(folder, "mixed.zip"), megabytes, 50, rounds, "unzip", "-tqq");
            await CompareAsync(Path.Combine(folder, "text.zip"), megabytes, 100, rounds, "unzip", "-tqq");
            await CompareAsync(Path.Combine(folder, "pictures.tar.gz"), megabytes, 0, rounds, "tar", "-tzf");
            await CompareAsync(Path.Combine(folder, "mixed.tar.gz"), megabytes, 50, rounds, "tar", "-tzf");
            await CompareAsync(Path.Combine(folder, "text.tar.gz"), megabytes, 100, rounds, "tar", "-tzf");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Turn and turn about, so that whatever else the machine does falls on both; the median of each counts.</summary>
    private static async Task CompareAsync(string path, int megabytes, int percentText, int rounds, string tool, string option)
    {
        Write(path, megabytes, percentText);
        var (tools, checks) = (new List<double>(), new List<double>());
        var growth = await CheckAsync(path, []); // warms code and file cache
        for (var i = 0; i < rounds; i++)
        {
            tools.Add(await RunToolAsync(tool, option, path));
            growth = Math.Max(growth, await CheckAsync(path, checks));
        }

        var size = new FileInfo(path).Length / (double)Mb;
        var (toolSpeed, checkSpeed) = (size / Median(tools), size / Median(checks));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(path) + $" {size:0} MB",-26} {toolSpeed,5:0} MB/s {checkSpeed,5:0} MB/s {100 * checkSpeed / toolSpeed,5:0} % {growth,6:0.0} MB"));
        File.Delete(path);
    }

    private static async Task<double> CheckAsync(string path, List<double> seconds)
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var memory = new MemoryWatch();
        var started = Stopwatch.GetTimestamp();
        var report = await DatasetChecker.CheckAsync(DatasetSource.FromFile(path), new MethodMetadata(), CancellationToken.None);
        seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return report.IsValid ? memory.GrowthInMb : throw new InvalidOperationException(report.ToString());
    }

    private static async Task<double> RunToolAsync(string tool, string option, string path)
    {
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(tool, [option, path]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? Stopwatch.GetElapsedTime(started).TotalSeconds
            : throw new InvalidOperationException($"{tool} {option} ended with {process.ExitCode}.");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Writes files of 4 MB until the archive has its size; so many in a hundred are text, the others like pictures.</summary>
    private static void Write(string path, int megabytes, int percentText)
    {
        using var file = File.Create(path);
        var random = new Random(1);
        if (path.EndsWith(".zip", StringComparison.Ordinal))
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
            for (var i = 0; file.Length < (long)megabytes * Mb; i++)
            {
                var (name, content) = Content(i, percentText, random);
                using var entry = zip.CreateEntry(name, name.EndsWith("png", StringComparison.Ordinal)
                    ? CompressionLevel.NoCompression : CompressionLevel.Optimal).Open();
                entry.Write(content);
            }

            return;
        }

        using var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(gzip);
        for (var i = 0; file.Length < (long)megabytes * Mb; i++)
        {
            var (name, content) = Content(i, percentText, random);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
    }

    private static (string Name, byte[] Content) Content(int index, int percentText, Random random)
    {
        // By packed bytes: text packs to a third, so there are three times as many files of it.
        if (random.Next(3 * percentText + (100 - percentText)) < 3 * percentText)
            return ($"text-{index:00000}.txt", Text(random));
        var picture = new byte[FileSize];
        random.NextBytes(picture);
        return ($"picture-{index:00000}.png", picture);
    }

    private static byte[] Text(Random random)
    {
        var text = new StringBuilder(FileSize + 200);
        while (text.Length < FileSize)
        {
            var from = random.Next(s_words.Length - 100);
            text.Append(s_words, from, random.Next(4, 25));
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, FileSize));
    }

    private static string Words()
    {
        var random = new Random(7);
        var text = new StringBuilder();
        for (var i = 0; i < 4000; i++)
        {
            for (var letters = random.Next(1, 10); letters > 0; letters--)
                text.Append((char)('a' + random.Next(26)));
            text.Append(' ');
        }

        return text.ToString();
    }
}
