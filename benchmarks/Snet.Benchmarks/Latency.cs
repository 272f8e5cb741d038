using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Snet.Protocol;
using Snet.Sdk;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;

namespace Snet.Benchmarks;

/// <summary>How long calls take, and how many requests, when each request to node, storage or daemon takes 50 ms more: the peers were measured likewise (protocol j.5).</summary>
internal static class Latency
{
    private const int Rounds = 9;
    private static readonly JsonObject Numbers = new() { ["a"] = 1.5, ["b"] = 2.5 };

    public static async Task<int> RunAsync()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        await using (var warm = new Clock(sandbox.Platform, TimeSpan.Zero))
        {
            await warm.Service.Channels.DepositAndOpenAsync(TokenAmount.FromTokens(1));
            for (var i = 0; i < 200; i++)
                await warm.Service.CallAsync("add", Numbers); // everything is compiled by then
        }

        Console.WriteLine("| With 50 ms added to each request | Least, ms | Median, ms | Most, ms | Requests: node / storage / daemon |");
        Console.WriteLine("|---|---:|---:|---:|---|");
        List<Sample> cold = [], first = [], next = [], parallel = [];
        for (var i = 0; i < Rounds; i++)
        {
            await using var clock = new Clock(sandbox.Platform, TimeSpan.FromMilliseconds(50));
            cold.Add(await clock.MeasureAsync(() => clock.Service.GetMethodsAsync()));
            first.Add(await clock.MeasureAsync(() => clock.Service.CallAsync("add", Numbers)));
            next.Add(await clock.MeasureAsync(() => clock.Service.CallAsync("add", Numbers)));
            parallel.Add(await clock.MeasureAsync(() => Task.WhenAll(Enumerable.Range(0, 10).Select(_ => clock.Service.CallAsync("add", Numbers)))));
        }

        Print("cold client: registry, organization, service, archive", cold);
        Print("first paid call on an existing channel", first);
        Print("warm paid call", next);
        Print("10 paid calls in parallel on one channel: all succeed", parallel);
        return 0;
    }

    private static void Print(string what, List<Sample> samples)
    {
        var times = samples.Select(s => s.Milliseconds).Order().ToList();
        var requests = string.Join(" or ", samples.Select(s => s.Requests).Distinct());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[0]:0} | {times[times.Count / 2]:0} | {times[^1]:0} | {requests} |"));
    }

    private sealed record Sample(double Milliseconds, string Requests);

    // A client whose requests are late, and counted.
    private sealed class Clock : IAsyncDisposable
    {
        private readonly LateHandler _node, _storage, _daemon;
        private readonly SnetClient _snet;

        public Clock(SnetPlatform platform, TimeSpan delay)
        {
            (_node, _storage, _daemon) = (new LateHandler(delay), new LateHandler(delay), new LateHandler(delay));
            var options = SnetClientOptions.FromPlatform(platform);
            (options.NodeHttpHandler, options.StorageHttpHandler, options.DaemonHttpHandler) = (_node, _storage, _daemon);
            options.PaymentMode = PaymentMode.Escrow;
            _snet = new SnetClient(options);
            Service = _snet.GetServiceClient(platform.OrgId, platform.ServiceId);
        }

        public ServiceClient Service { get; }

        public async Task<Sample> MeasureAsync<T>(Func<Task<T>> act)
        {
            var (node, storage, daemon, started) = (_node.Count, _storage.Count, _daemon.Count, Stopwatch.GetTimestamp());
            await act();
            var time = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            return new Sample(time, $"{_node.Count - node} / {_storage.Count - storage} / {_daemon.Count - daemon}");
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await _snet.DisposeAsync();
            _node.Dispose();
            _storage.Dispose();
            _daemon.Dispose();
        }
    }

    private sealed class LateHandler(TimeSpan delay) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            await Task.Delay(delay, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
