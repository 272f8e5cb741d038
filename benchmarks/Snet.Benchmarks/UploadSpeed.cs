using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Sdk;
using Snet.Sdk.Accounts;
using Snet.Sdk.Services;
using Snet.Sdk.Training;
using Snet.Sdk.Training.Uploads;

namespace Snet.Benchmarks;

/// <summary>
/// An upload beside the same bytes pushed raw through the same HTTP/2 stack, in messages of the same sizes, to the same server: in turns, so that what else
/// goes on strikes all. There are two raw pushes: of the same file, read and written by turns, and of one block of memory again and again, which is the ceiling.
/// </summary>
internal static class UploadSpeed
{
    private const int HeadSize = 190; // of a message: authorization, names and numbers

    public static async Task<int> RunAsync(int megabytes, int rounds)
    {
        var path = Path.GetTempFileName();
        try
        {
            Fill(path, megabytes);
            using var sink = await UploadSink.StartAsync();
            using var upload = new Upload(sink.Address, path);
            using var file = new RawPush(sink.Address, path, megabytes * 1024L * 1024);
            using var memory = new RawPush(sink.Address, null, megabytes * 1024L * 1024);
            var runs = new List<(Run Upload, Run File, Run Memory)>();
            var growth = 0.0;
            for (var round = 0; round <= rounds; round++)
            {
                var (ofFile, ofMemory) = (await MeasureAsync(file.RunAsync), await MeasureAsync(memory.RunAsync));
                using var watch = new MemoryWatch();
                var ofUpload = await MeasureAsync(upload.RunAsync);
                if (round == 0)
                    continue; // warm now: code, connections, the file in memory
                growth = Math.Max(growth, watch.GrowthInMb);
                runs.Add((ofUpload, ofFile, ofMemory));
            }

            Tell("upload", megabytes, runs.Select(run => run.Upload), runs.Select(run => run.Upload));
            Tell("raw, of the file", megabytes, runs.Select(run => run.File), runs.Select(run => run.Upload));
            Tell("raw, of memory", megabytes, runs.Select(run => run.Memory), runs.Select(run => run.Upload));
            Console.WriteLine($"resident memory: growth {growth:0.0} MB at most");
            return 0;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<Run> MeasureAsync(Func<Task> push)
    {
        var (started, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await push();
        return new Run(Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - used);
    }

    private static void Tell(string what, int megabytes, IEnumerable<Run> runs, IEnumerable<Run> uploads)
    {
        var rates = runs.Select(run => megabytes / run.Time.TotalSeconds).Order().ToList();
        var (time, processor) = (Median(uploads, run => run.Time) / Median(runs, run => run.Time), Median(runs, run => run.Processor));
        Console.WriteLine($"{what,-16} {rates[0],5:0} MB/s at worst {Median(rates, rate => rate),5:0} median {rates[^1],5:0} at best {processor.TotalSeconds,6:0.00} s of processor time;"
            + $" the upload has {1 / time,6:P1} of its speed, {Median(runs.Zip(uploads), pair => pair.First.Time / pair.Second.Time),6:P1} round by round");
    }

    private static TValue Median<TItem, TValue>(IEnumerable<TItem> items, Func<TItem, TValue> value)
    {
        var sorted = items.Select(value).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static void Fill(string path, int megabytes)
    {
        using var file = File.OpenWrite(path);
        var block = new byte[1024 * 1024];
        for (var i = 0; i < megabytes; i++)
        {
            RandomNumberGenerator.Fill(block);
            file.Write(block);
        }
    }

    private sealed record Run(TimeSpan Time, TimeSpan Processor);

    /// <summary>The SDK's own way: <see cref="DatasetUpload"/>, from the file to the answer, on connections of its own.</summary>
    private sealed class Upload : IDisposable
    {
        private readonly SnetClientOptions _options = new();
        private readonly HttpClient _http = new(new Node());
        private readonly DaemonConnection _daemon;
        private readonly TrainingAuthorizer _authorizer;
        private readonly string _path;

        public Upload(Uri address, string path)
        {
            _path = path;
            _daemon = new DaemonConnection("sink", [address], _options, null, _http, NullLogger.Instance);
            var node = new EthereumClient(new JsonRpcClient(_http, [new Uri("http://node.example")], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System)));
            _authorizer = new TrainingAuthorizer(new ChainGateway(node, _options.Network, TimeProvider.System), PrivateKeySigner.CreateRandom());
        }

        public async Task RunAsync()
        {
            await using var dataset = await DatasetSource.FromFile(_path).OpenAsync(new MethodMetadata(), CancellationToken.None);
            var upload = new DatasetUpload("model-1", dataset, new UploadOptions(), _options, _authorizer);
            var answer = await upload.SendAsync(_daemon, new GrpcMetadata(), CancellationToken.None);
            if ((int)answer.Status != (int)ModelStatus.Validating || upload.SentBytes != dataset.Length)
                throw new InvalidOperationException("The upload did not arrive.");
        }

        public void Dispose()
        {
            _daemon.Dispose();
            _http.Dispose();
        }
    }

    /// <summary>Messages of the same sizes with nothing but .NET's own handler, set as the SDK sets it.</summary>
    private sealed class RawPush(Uri address, string? path, long bytes) : IDisposable
    {
        private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true, UseProxy = false, InitialHttp2StreamWindowSize = 1024 * 1024,
        });

        public async Task RunAsync()
        {
            var content = new Messages(path, bytes);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/raw"))
            {
                Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content,
            };
            using var response = await _invoker.SendAsync(request, CancellationToken.None);
            await response.Content.ReadAsByteArrayAsync();
            if (response.Headers.GetValues("x-taken").Single() != $"{content.Sent}")
                throw new InvalidOperationException("The push did not arrive.");
        }

        public void Dispose() => _invoker.Dispose();
    }

    private sealed class Messages : HttpContent
    {
        private readonly string? _path;
        private readonly long _bytes;
        private readonly byte[] _message = new byte[5 + HeadSize + DatasetUpload.PartSize];

        public Messages(string? path, long bytes)
        {
            (_path, _bytes) = (path, bytes);
            RandomNumberGenerator.Fill(_message);
            Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        }

        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await using var file = _path is null ? null : new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            for (var left = _bytes; left > 0; left -= DatasetUpload.PartSize)
            {
                var message = _message.AsMemory(0, 5 + HeadSize + (int)Math.Min(left, DatasetUpload.PartSize));
                if (file is not null)
                    await file.ReadExactlyAsync(message[(5 + HeadSize)..]);
                await stream.WriteAsync(message);
                Sent += message.Length;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>A node whose blocks come every 12 seconds.</summary>
    private sealed class Node : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            var result = asked["method"]!.ToString() == "eth_chainId" ? SnetNetwork.Sepolia.ChainId : DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 12;
            var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = asked["id"]!.DeepClone(), ["result"] = $"0x{result:x}" };
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer.ToJsonString(), Encoding.UTF8, "application/json") };
        }
    }
}
