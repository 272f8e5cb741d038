using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk;
using Snet.Sdk.Sandbox;

namespace Snet.Benchmarks;

/// <summary>How many paid calls a second the sandbox's daemon answers over loopback: prepaid, in parallel, the client's own work included.</summary>
internal static class SandboxCalls
{
    private const int Parallel = 64, Rounds = 3;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4), Measured = TimeSpan.FromSeconds(10);
    private static readonly byte[] TwoNumbers = [0x0d, 0, 0, 0xc0, 0x3f, 0x15, 0, 0, 0x20, 0x40]; // 1.5 and 2.5, as floats

    public static async Task<int> RunAsync()
    {
        await using (var sandbox = await SnetSandbox.StartAsync())
            await MeasureAsync("sandbox in the client's process", sandbox.Platform);
        using (var process = await SandboxProcess.StartAsync())
            await MeasureAsync("sandbox in a process of its own", process.Platform);
        return 0;
    }

    private static async Task MeasureAsync(string where, SnetPlatform platform)
    {
        using var daemon = new GrpcChannel(platform.Daemon);
        var options = new GrpcCallOptions { Headers = await PrepayAsync(daemon, platform) };
        await CallAsync(daemon, options, WarmUp);
        var rates = new List<double>();
        var (all, used) = (0L, Environment.CpuUsage.TotalTime);
        for (var i = 0; i < Rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var calls = await CallAsync(daemon, options, Measured);
            rates.Add(calls / Stopwatch.GetElapsedTime(started).TotalSeconds);
            all += calls;
        }

        // What other processes take away shows in the rates, and hardly in this.
        var cost = (Environment.CpuUsage.TotalTime - used) / all;

        rates.Sort();
        Console.WriteLine($"{where}: {rates[0]:0} calls/s at worst, {rates[Rounds / 2]:0} median, {rates[^1]:0} at best; this process used {cost.TotalMicroseconds:0} µs of processor time a call");
    }

    private static async Task<long> CallAsync(GrpcChannel daemon, GrpcCallOptions options, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Task.Run(async () =>
        {
            long calls = 0;
            for (; Stopwatch.GetElapsedTime(started) < duration; calls++)
                await daemon.UnaryAsync("/service.Calculator/add", TwoNumbers, options, CancellationToken.None);
            return calls;
        })));
        return counts.Sum();
    }

    // One signature for all the calls: a channel of ten tokens, all of it planned.
    private static async Task<GrpcMetadata> PrepayAsync(GrpcChannel daemon, SnetPlatform platform)
    {
        await using var snet = new SnetClient(SnetClientOptions.FromPlatform(platform));
        await using var service = snet.GetServiceClient(platform.OrgId, platform.ServiceId);
        var channel = await service.Channels.DepositAndOpenAsync(TokenAmount.FromTokens(10));

        using var key = PrivateKey.Parse(platform.Keys[0]);
        using var http = new HttpClient();
        var node = new EthereumClient(new JsonRpcClient(http, [platform.Rpc], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System)));
        var block = await node.GetBlockNumberAsync(CancellationToken.None);
        var claim = key.SignMessage(SignedMessages.Claim(platform.Mpe, channel.Id, BigInteger.Zero, channel.Value.Cogs));
        var request = new TokenRequest
        {
            ChannelId = (ulong)channel.Id, CurrentNonce = 0, SignedAmount = (ulong)channel.Value.Cogs, CurrentBlock = (ulong)block,
            ClaimSignature = ByteString.CopyFrom(claim),
            Signature = ByteString.CopyFrom(key.SignMessage(SignedMessages.PrepaidToken(claim, block))),
        };
        var answer = await daemon.UnaryAsync("/escrow.TokenService/GetToken", request.ToByteArray(), null, CancellationToken.None);

        var headers = new GrpcMetadata
        {
            { PaymentHeaders.Type, PaymentHeaders.PrepaidCallType },
            { PaymentHeaders.ChannelId, channel.Id.ToString(CultureInfo.InvariantCulture) },
        };
        headers.Add(PaymentHeaders.PrepaidToken, Encoding.UTF8.GetBytes(TokenReply.Parser.ParseFrom(answer.Message.Span).Token));
        return headers;
    }
}
