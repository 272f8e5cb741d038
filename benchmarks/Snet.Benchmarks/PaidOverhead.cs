using System.Diagnostics;
using System.Text.Json.Nodes;
using Snet.Sdk;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Benchmarks;

/// <summary>What paying costs a client: calls to a gRPC server that answers at once and checks nothing, paid and unpaid.</summary>
internal static class PaidOverhead
{
    private const string Add = "/service.Calculator/add";
    private static readonly byte[] Request = [0x0d, 0, 0, 0xc0, 0x3f, 0x15, 0, 0, 0x20, 0x40];

    public static Task<int> RunAsync() => MeasureAsync(parallel: 1, PaymentMode.Escrow, calls: 5_000);

    public static Task<int> RunPrepaidAsync() => MeasureAsync(parallel: 64, PaymentMode.Prepaid, calls: 100_000);

    private static async Task<int> MeasureAsync(int parallel, PaymentMode mode, int calls)
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        await using var server = await GrpcServer.StartAsync(new GrpcServerOptions(), async call =>
        {
            await call.ReadAsync();
            await call.WriteAsync(new byte[] { 0x0d, 0, 0, 0x80, 0x40 });
        }, CancellationToken.None);
        using var redirect = new Redirect(server.Address);
        var options = SnetClientOptions.FromPlatform(sandbox.Platform);
        (options.PaymentMode, options.DaemonHttpHandler) = (mode, redirect);
        options.Funding = new ChannelFunding { CallsAhead = 10 * calls, MaxCallsAhead = 10 * calls };
        await using var snet = new SnetClient(options);
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);
        var daemon = await service.GetDaemonAsync(CancellationToken.None);
        var json = new JsonObject { ["a"] = 1.5, ["b"] = 2.5 };

        await TimeAsync(parallel, calls / 5, () => service.CallAsync("add", json));
        await TimeAsync(parallel, calls / 5, () => daemon.SendAsync(Add, Request, null, options.CallTimeout, CancellationToken.None));
        for (var round = 0; round < 3; round++)
        {
            Print("paid  ", await TimeAsync(parallel, calls, () => service.CallAsync("add", json)));
            Print("unpaid", await TimeAsync(parallel, calls, () => daemon.SendAsync(Add, Request, null, options.CallTimeout, CancellationToken.None)));
        }

        return 0;
    }

    private static async Task<(double PerSecond, double Microseconds, double Bytes)> TimeAsync(int parallel, int calls, Func<Task> call)
    {
        GC.Collect();
        var (started, cpu, bytes) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < calls / parallel; i++)
                await call();
        })));
        return (calls / Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / calls,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)calls);
    }

    private static void Print(string what, (double PerSecond, double Microseconds, double Bytes) cost) =>
        Console.WriteLine($"{what}: {cost.PerSecond:0} calls/s; {cost.Microseconds:0} µs of processor time and {cost.Bytes:0} bytes a call, server included");

    /// <summary>Sends the service's calls to the server, and everything else to the daemon.</summary>
    private sealed class Redirect(Uri server) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == Add)
                request.RequestUri = new Uri(server, Add);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
