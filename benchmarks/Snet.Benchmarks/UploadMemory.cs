using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using Snet.Sdk;
using Snet.Sdk.Services;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Datasets;

namespace Snet.Benchmarks;

/// <summary>How much memory checking and uploading a large dataset takes in the client's process.</summary>
internal static class UploadMemory
{
    public static async Task<int> RunAsync(int megabytes)
    {
        var path = Path.GetTempFileName();
        try
        {
            WriteDataset(path, megabytes);
            using var sandbox = await SandboxProcess.StartAsync();
            await using var snet = new SnetClient(SnetClientOptions.FromPlatform(sandbox.Platform));
            await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

            var small = Path.GetTempFileName();
            WriteDataset(small, 4);
            await UploadAsync(service, small); // warm: code, connections, a channel
            File.Delete(small);
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);

            using var process = Process.GetCurrentProcess();
            process.Refresh();
            var before = process.WorkingSet64;
            var peak = before;
            using var stop = new CancellationTokenSource();
            var watch = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    process.Refresh();
                    peak = Math.Max(peak, process.WorkingSet64);
                    await Task.Delay(10);
                }
            });
            var (check, upload) = await UploadAsync(service, path);
            await stop.CancelAsync();
            await watch;

            Console.WriteLine($"dataset {megabytes} MB: checked in {check.TotalSeconds:0.00} s, uploaded in {upload.TotalSeconds:0.00} s ({megabytes / upload.TotalSeconds:0} MB/s)");
            Console.WriteLine($"resident memory: {before / 1048576.0:0.0} MB before, {peak / 1048576.0:0.0} MB at most, growth {(peak - before) / 1048576.0:0.0} MB");
            return 0;
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The sample service takes 100 MB at most, so the two halves of UploadAndValidateAsync are called with no limits.
    private static async Task<(TimeSpan Check, TimeSpan Upload)> UploadAsync(ServiceClient service, string path)
    {
        var model = await service.Training.CreateModelAsync("stt", "large");
        await using var dataset = new OpenedDataset("dataset.zip", File.OpenRead(path));
        var started = Stopwatch.GetTimestamp();
        var report = await DatasetChecker.CheckAsync(dataset, new MethodMetadata(), CancellationToken.None);
        if (!report.IsValid)
            throw new InvalidOperationException(report.ToString());
        var check = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        var agreement = new PriceAgreement(null, TokenAmount.FromTokens(1), "limit");
        await service.Training.UploadCheckedAsync(model.Id, dataset, agreement, new UploadOptions(), release: null, CancellationToken.None);
        return (check, Stopwatch.GetElapsedTime(started));
    }

    private static void WriteDataset(string path, int megabytes)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        var block = new byte[1024 * 1024];
        for (var i = 0; i < megabytes; i += 4)
        {
            using var entry = zip.CreateEntry($"part-{i:0000}.png", CompressionLevel.NoCompression).Open();
            for (var j = 0; j < 4; j++)
            {
                RandomNumberGenerator.Fill(block);
                entry.Write(block);
            }
        }
    }
}
