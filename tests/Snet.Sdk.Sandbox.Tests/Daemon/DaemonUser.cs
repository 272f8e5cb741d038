using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Sandbox.Platform;
using Training;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Somebody with a funded channel who calls the sandbox's daemon over the wire. Layouts are those of the core.</summary>
internal sealed class DaemonUser : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly PrivateKey _key = PrivateKey.Parse(TestKeys.Alice.Key);
    private readonly EthereumClient _node;
    private readonly GrpcChannel _daemon;
    private BigInteger _channel;

    private DaemonUser(SnetSandbox sandbox)
    {
        Sandbox = sandbox;
        var rpc = new JsonRpcClient(_http, [sandbox.Platform.Rpc], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System));
        _node = new EthereumClient(rpc);
        _daemon = new GrpcChannel(sandbox.Platform.Daemon);
    }

    public SnetSandbox Sandbox { get; }

    public string Address => _key.Address.ToLowerString();

    /// <summary>Everything signed so far, in cogs; the user's own account of it.</summary>
    public BigInteger Signed { get; set; }

    /// <summary>Starts a sandbox and opens a channel of 1000 cogs on it.</summary>
    public static async Task<DaemonUser> StartAsync(SandboxOptions options)
    {
        var user = new DaemonUser(await SnetSandbox.StartAsync(options));
        var platform = user.Sandbox.Platform;
        await user.SendAsync(platform.Token, TokenContract.Approve.Encode(platform.Mpe, (BigInteger)1000));
        var receipt = await user.SendAsync(platform.Mpe, EscrowContract.DepositAndOpenChannel.Encode(
            user._key.Address, platform.Recipient, Bytes32.FromGroupId(Scenarios.ScenarioPlatform.GroupId),
            (BigInteger)1000, (BigInteger)1_000_000));
        var opened = receipt.Logs.Single(log => log.Topics[0] == EscrowContract.ChannelOpen.Topic);
        user._channel = (BigInteger)EscrowContract.ChannelOpen.Decode(opened.Topics, opened.Data)[0];
        return user;
    }

    /// <summary>Calls a unary method; nothing else than OK comes back as a value.</summary>
    public async Task<T> CallAsync<T>(string method, IMessage request, GrpcMetadata? headers = null)
        where T : IMessage<T>, new()
    {
        var answer = await _daemon.UnaryAsync(
            method, request.ToByteArray(), new GrpcCallOptions { Headers = headers }, CancellationToken.None);
        var message = new T();
        message.MergeFrom(answer.Message.Span);
        return message;
    }

    /// <summary>Calls a unary method that must fail.</summary>
    public Task<GrpcException> RefusedAsync(string method, IMessage request, GrpcMetadata? headers = null) =>
        Should.ThrowAsync<GrpcException>(() => _daemon.UnaryAsync(
            method, request.ToByteArray(), new GrpcCallOptions { Headers = headers }, CancellationToken.None));

    /// <summary>Starts a call of any shape.</summary>
    public GrpcCall Start(string method, GrpcMetadata headers, CancellationToken cancellationToken = default) =>
        _daemon.StartCall(method, new GrpcCallOptions { Headers = headers }, cancellationToken);

    /// <summary>Pays so much more than was signed before.</summary>
    public GrpcMetadata Pay(BigInteger price, string type = PaymentHeaders.EscrowType, string? model = null, long nonce = 0)
    {
        var total = Signed + price;
        var headers = new GrpcMetadata
        {
            { PaymentHeaders.Type, type },
            { PaymentHeaders.ChannelId, _channel.ToString(CultureInfo.InvariantCulture) },
            { PaymentHeaders.ChannelNonce, nonce.ToString(CultureInfo.InvariantCulture) },
            { PaymentHeaders.ChannelAmount, total.ToString(CultureInfo.InvariantCulture) },
        };
        var claim = SignedMessages.Claim(Sandbox.Platform.Mpe, _channel, nonce, total);
        headers.Add(PaymentHeaders.ChannelSignature, _key.SignMessage(claim).AsSpan());
        if (model is not null)
            headers.Add(PaymentHeaders.TrainModelId, model);
        return headers;
    }

    /// <summary>Signs a training call.</summary>
    public AuthorizationDetails Authorize(string message)
    {
        var block = Sandbox.Chain.BlockNumber;
        return new AuthorizationDetails
        {
            CurrentBlock = (ulong)block, Message = message, SignerAddress = Address,
            Signature = ByteString.CopyFrom(_key.SignMessage(SignedMessages.TrainingAuthorization(message, _key.Address, block))),
        };
    }

    /// <summary>Signs the question for a channel's state.</summary>
    public ByteString SignChannelState(BigInteger channel) => ByteString.CopyFrom(
        _key.SignMessage(SignedMessages.ChannelState(Sandbox.Platform.Mpe, channel, 0)));

    /// <summary>Asks for the state of the own channel.</summary>
    public ChannelStateRequest ChannelState()
    {
        var block = Sandbox.Chain.BlockNumber;
        return new ChannelStateRequest
        {
            ChannelId = ByteString.CopyFrom(BigEndian.Write32(_channel)), CurrentBlock = (ulong)block,
            Signature = ByteString.CopyFrom(_key.SignMessage(SignedMessages.ChannelState(Sandbox.Platform.Mpe, _channel, block))),
        };
    }

    /// <summary>Creates a model.</summary>
    public async Task<string> CreateModelAsync(string name = "model")
    {
        var request = new NewModelRequest
        {
            Authorization = Authorize("create_model"),
            Model = new NewModel { Name = name, GrpcServiceName = "ExampleService", GrpcMethodName = "stt" },
        };
        return (await CallAsync<ModelResponse>("/training.Daemon/create_model", request)).ModelId;
    }

    /// <summary>Makes one message of an upload.</summary>
    public byte[] Chunk(string model, int size = 3) => new UploadAndValidateRequest
    {
        Authorization = Authorize("upload_and_validate"),
        UploadInput = new UploadInput { ModelId = model, Data = ByteString.CopyFrom(new byte[size]), BatchNumber = 1, BatchCount = 1 },
    }.ToByteArray();

    /// <summary>Stops the sandbox and expects that nothing was violated.</summary>
    public async ValueTask DisposeAsync()
    {
        _daemon.Dispose();
        _http.Dispose();
        _key.Dispose();
        await Sandbox.DisposeAsync();
    }

    private async Task<TransactionReceipt> SendAsync(EthereumAddress to, byte[] data)
    {
        using var sender = new TransactionSender(
            _node, _key.Address, Sandbox.Platform.ChainId,
            (unsigned, _) => ValueTask.FromResult(_key.SignHash(Keccak256.Hash(unsigned.Span))),
            new TransactionLimits(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(20), TimeProvider.System));
        return await sender.SendAsync(to, data, CancellationToken.None);
    }
}
