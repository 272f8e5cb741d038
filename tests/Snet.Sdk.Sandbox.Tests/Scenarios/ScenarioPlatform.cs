using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>The platform on which the scenarios of a file are played, with the clients that the replayer needs.</summary>
internal sealed class ScenarioPlatform : IAsyncDisposable
{
    /// <summary>The payment group's id, as the scenarios' README gives it.</summary>
    public const string GroupId = "rZNvy+1jH6Z+BcPqA5U5BSIcnUavBha3C63xBalm+xE=";

    private readonly SnetSandbox _sandbox;
    private readonly SocketsHttpHandler _grpcHandler = RepeatedHeaders.CreateHandler();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly JsonRpcClient _rpc;

    private ScenarioPlatform(SnetSandbox sandbox, ScenarioClock clock)
    {
        (_sandbox, Clock) = (sandbox, clock);
        _rpc = new JsonRpcClient(_http, [Contracts.Rpc], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System));
        Ethereum = new EthereumClient(_rpc);
        Channel = new GrpcChannel(Contracts.Daemon, _grpcHandler, new GrpcChannelOptions { TimeProvider = clock.Time });
    }

    /// <summary>Its clock.</summary>
    public ScenarioClock Clock { get; }

    /// <summary>Endpoints and addresses.</summary>
    public SnetPlatform Contracts => _sandbox.Platform;

    /// <summary>Asks the node.</summary>
    public EthereumClient Ethereum { get; }

    /// <summary>Calls the daemon.</summary>
    public GrpcChannel Channel { get; }

    /// <summary>Starts the platform that a file asks for.</summary>
    /// <exception cref="ScenarioException">The file asks for something unknown.</exception>
    public static async Task<ScenarioPlatform> StartAsync(ScenarioFile file, string version)
    {
        var settings = new Members($"the platform of {file.Name}", file.Platform);
        var clock = new ScenarioClock();
        var options = new SandboxOptions
        {
            DaemonVersion = Version(version),
            TimeProvider = clock.Time,
            RecordedAnswers = true,
            Threshold = settings.Count("threshold") ?? new SandboxOptions().Threshold,
            Group = settings.MaybeObject("group"),
            DynamicPricing = settings.Flag("dynamicPricing"),
            DaemonConfig = settings.MaybeObject("daemonConfig") ?? [],
        };
        settings.End();
        return new ScenarioPlatform(await SnetSandbox.StartAsync(options), clock);
    }

    /// <summary>Gives somebody tokens (in cogs) and ether (in wei).</summary>
    public void Fund(EthereumAddress account, BigInteger cogs, BigInteger wei) => _sandbox.Chain.Fund(account, cogs, wei);

    /// <summary>Mines blocks.</summary>
    public Task MineAsync(BigInteger blocks) => _rpc.SendAsync("anvil_mine", [Hex.EncodeNumber(blocks)], CancellationToken.None);

    /// <summary>Makes a sender of somebody's transactions.</summary>
    public TransactionSender CreateSender(PrivateKey key) => new(
        Ethereum, key.Address, Contracts.ChainId,
        (unsigned, _) => ValueTask.FromResult(key.SignHash(Keccak256.Hash(unsigned.Span))),
        new TransactionLimits(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(50), TimeProvider.System));

    /// <summary>Gets something from the daemon's port over HTTP/1.1.</summary>
    public async Task<(int Status, string Text)> HttpAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Contracts.Daemon.GetLeftPart(UriPartial.Authority) + path));
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Tells what the provider knows about a model.</summary>
    public JsonObject DescribeModel(string modelId) =>
        _sandbox.Provider.Describe(modelId) ?? throw new ScenarioException($"the provider knows no model {modelId}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        _grpcHandler.Dispose();
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    private static SandboxDaemonVersion Version(string version) => version switch
    {
        "5.2.1" => SandboxDaemonVersion.V5_2,
        "6.0.0" => SandboxDaemonVersion.V6_0,
        "6.2.3" => SandboxDaemonVersion.V6_2,
        _ => throw new ScenarioException($"the sandbox has no daemon {version}"),
    };
}
