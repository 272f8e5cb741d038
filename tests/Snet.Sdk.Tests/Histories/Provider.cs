using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Tests.Histories;

/// <summary>Who is paid: starts claims at his daemon, and carries them out on the chain.</summary>
internal sealed class Provider : IDisposable
{
    private readonly PrivateKey _key = PrivateKey.Parse(TestKeys.Provider.Key);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly GrpcChannel _daemon;
    private readonly TransactionSender _sender;
    private readonly EthereumAddress _mpe;

    public Provider(SnetSandbox sandbox)
    {
        _mpe = sandbox.Platform.Mpe;
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(HttpFaults.DaemonAgent); // faults on order are for clients
        _daemon = new GrpcChannel(sandbox.Platform.Daemon);
        var node = new EthereumClient(new JsonRpcClient(_http, [sandbox.Platform.Rpc], new JsonRpcOptions(TimeSpan.FromSeconds(30), 3, TimeProvider.System)));
        _sender = new TransactionSender(
            node, _key.Address, sandbox.Platform.ChainId, (unsigned, _) => ValueTask.FromResult(_key.SignHash(Keccak256.Hash(unsigned.Span))),
            new TransactionLimits(TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(5), TimeProvider.System));
    }

    /// <summary>Starts a claim: from now on the daemon counts payments of the next round.</summary>
    /// <returns>What can be claimed; null when the daemon refuses, because nothing is signed for instance.</returns>
    public async Task<Claim?> StartAsync(BigInteger channel, BigInteger nonce)
    {
        var request = new StartClaimRequest
        {
            MpeAddress = _mpe.ToString(), ChannelId = ByteString.CopyFrom(BigEndian.Write32(channel)),
            Signature = ByteString.CopyFrom(_key.SignMessage(SignedMessages.StartClaim(_mpe, channel, nonce))),
        };
        try
        {
            var answer = await _daemon.UnaryAsync("/escrow.ProviderControlService/StartClaim", request.ToByteArray(), null, CancellationToken.None);
            var reply = PaymentReply.Parser.ParseFrom(answer.Message.Span);
            return new Claim(channel, nonce, BigEndian.Read(reply.SignedAmount.Span), reply.Signature.ToByteArray());
        }
        catch (GrpcException)
        {
            return null;
        }
    }

    /// <summary>Carries a claim out.</summary>
    /// <param name="claim">What is claimed.</param>
    /// <param name="sendBack">Whether the channel's rest goes back to its sender.</param>
    public Task FinishAsync(Claim claim, bool sendBack) => _sender.SendAsync(
        _mpe,
        EscrowContract.ChannelClaim.Encode(
            claim.Channel, claim.Amount, claim.Amount, (BigInteger)claim.Signature[64], claim.Signature[..32], claim.Signature[32..64], sendBack),
        CancellationToken.None);

    public void Dispose()
    {
        _sender.Dispose();
        _daemon.Dispose();
        _http.Dispose();
        _key.Dispose();
    }
}

/// <summary>A total that can be claimed on the chain.</summary>
internal sealed record Claim(BigInteger Channel, BigInteger Nonce, BigInteger Amount, byte[] Signature);
