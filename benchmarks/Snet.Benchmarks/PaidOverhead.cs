using System.Diagnostics;
using System.Text.Json.Nodes;
using Snet.Protocol;
using Snet.Sdk;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Strategies;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;

namespace Snet.Benchmarks;

/// <summary>What paying costs a client: calls to a server in another process that answers at once and checks nothing, paid, and the same calls unpaid.</summary>
internal static class PaidOverhead
{
    private const string Add = "/service.Calculator/add";
    private const int Rounds = 21;
    private static readonly JsonObject Numbers = new() { ["a"] = 1.5, ["b"] = 2.5 };

    public static Task<int> RunAsync() => MeasureAsync(parallel: 1, PaymentMode.Escrow, calls: 2_000);

    public static Task<int> RunPrepaidAsync() => MeasureAsync(parallel: 64, PaymentMode.Prepaid, calls: 30_000);

    private static async Task<int> MeasureAsync(int parallel, PaymentMode mode, int calls)
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        var (process, address) = await ChildProcess.StartAsync("answers");
        using var redirect = new Redirect(new Uri(address));
        var options = SnetClientOptions.FromPlatform(sandbox.Platform);
        (options.PaymentMode, options.DaemonHttpHandler) = (mode, redirect);
        options.Funding = new ChannelFunding { CallsAhead = 50 * calls, MaxCallsAhead = 50 * calls };
        await using (var snet = new SnetClient(options))
        await using (var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId))
        await using (var unpaid = new UnpaidClient(snet, sandbox.Platform))
        {
            for (var i = 0; i < 5; i++) // until the compiler has done its best
            {
                await TimeAsync(parallel, calls, () => service.CallAsync("add", Numbers));
                await TimeAsync(parallel, calls, () => unpaid.CallAsync("add", Numbers));
            }

            List<(Cost Paid, Cost Unpaid)> rounds = [];
            for (var round = 0; round < Rounds; round++)
                rounds.Add((await TimeAsync(parallel, calls, () => service.CallAsync("add", Numbers)), await TimeAsync(parallel, calls, () => unpaid.CallAsync("add", Numbers))));
            Print(rounds);
        }

        ChildProcess.Stop(process);
        return 0;
    }

    private static async Task<Cost> TimeAsync(int parallel, int calls, Func<Task> call)
    {
        GC.Collect();
        var (started, cpu, bytes) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < calls / parallel; i++)
                await call();
        })));
        return new Cost(
            calls / Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / calls,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)calls);
    }

    private static void Print(List<(Cost Paid, Cost Unpaid)> rounds)
    {
        foreach (var (paid, unpaid) in rounds)
            Console.WriteLine($"paid: {paid}; unpaid: {unpaid}; rate {paid.PerSecond / unpaid.PerSecond:0%}");
        var (more, bytes) = (Median(r => r.Paid.Microseconds - r.Unpaid.Microseconds), Median(r => r.Paid.Bytes - r.Unpaid.Bytes));
        Console.WriteLine($"median: paying takes {more:0} µs of processor time and {bytes:0} bytes more; paid calls have {Median(r => r.Paid.PerSecond / r.Unpaid.PerSecond):0%} of the rate of unpaid ones");

        double Median(Func<(Cost Paid, Cost Unpaid), double> of) => rounds.Select(of).Order().ElementAt(Rounds / 2);
    }

    private sealed record Cost(double PerSecond, double Microseconds, double Bytes)
    {
        public override string ToString() => $"{PerSecond:0} calls/s, {Microseconds:0} µs, {Bytes:0} bytes";
    }

    /// <summary>The same client, but for the payment.</summary>
    private sealed class UnpaidClient(SnetClient snet, SnetPlatform platform)
        : ServiceClient(snet, platform.OrgId, platform.ServiceId, new ServiceClientOptions())
    {
        internal override IPaymentStrategy ChooseStrategy(ServiceDefinition definition, PaymentMode mode) => Nothing.Instance;
    }

    /// <summary>Pays nothing.</summary>
    private sealed class Nothing : IPaymentStrategy
    {
        public static readonly Nothing Instance = new();

        public ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken) => new(new Lease(order));

        private sealed class Lease(PaymentOrder order) : IPaymentLease
        {
            public Grpc.GrpcMetadata Headers { get; } = [];

            public PaymentReceipt Receipt { get; } = new(
                DateTimeOffset.UnixEpoch, order.OrgId, order.ServiceId, order.Method, null, PaymentReceipt.NoChannel, 0, TokenAmount.Zero, TokenAmount.Zero, PaymentOutcome.Paid);

            public PaymentReceipt Confirm() => Receipt;

            public PaymentRefusal Refuse(Grpc.GrpcException failure, int waited) => PaymentRefusal.None;

            public void Withdraw()
            {
            }

            public void Doubt()
            {
            }

            public Task<MoneyMoved> AskFateAsync(bool mayStillBeTaken, CancellationToken cancellationToken) => Task.FromResult(MoneyMoved.No);
        }
    }

    /// <summary>Sends the service's calls to the server, and everything else to the daemon.</summary>
    private sealed class Redirect(Uri server) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private readonly Uri _add = new(server, Add);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == Add)
                request.RequestUri = _add;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
