using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Tests.Guides;

/// <summary>The provider as it gets its money: it asks its daemon for the newest signature of a channel and claims with it on the chain.</summary>
internal sealed class ClaimingProvider(SnetSandbox sandbox) : IDisposable
{
    private readonly PrivateKey _key = PrivateKey.Parse(TestKeys.Provider.Key);
    private readonly HttpClient _http = new();

    /// <summary>Starts a claim at the daemon. From now on it counts payments of the next round.</summary>
    public async Task<PaymentReply> StartAsync(BigInteger channelId, BigInteger nonce)
    {
        var mpe = sandbox.Platform.Mpe;
        using var channel = new GrpcChannel(sandbox.Platform.Daemon);
        var request = new StartClaimRequest
        {
            MpeAddress = mpe.ToString(), ChannelId = ByteString.CopyFrom(BigEndian.Write32(channelId)),
            Signature = ByteString.CopyFrom(_key.SignMessage(SignedMessages.StartClaim(mpe, channelId, nonce))),
        };
        var answer = await channel.UnaryAsync("/escrow.ProviderControlService/StartClaim", request.ToByteArray(), null, default);
        return PaymentReply.Parser.ParseFrom(answer.Message.Span);
    }

    /// <summary>Carries a started claim out on the chain.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="sendBack">Whether what the channel holds beyond that goes back to its sender.</param>
    public async Task FinishAsync(PaymentReply claim, bool sendBack = false)
    {
        var rpc = new JsonRpcClient(_http, [sandbox.Platform.Rpc], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System));
        using var sender = new TransactionSender(
            new EthereumClient(rpc), _key.Address, sandbox.Platform.ChainId,
            (unsigned, _) => ValueTask.FromResult(_key.SignHash(Keccak256.Hash(unsigned.Span))),
            new TransactionLimits(TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(10), TimeProvider.System));
        var amount = BigEndian.Read(claim.SignedAmount.Span);
        var (signature, v) = (claim.Signature.ToByteArray(), (BigInteger)claim.Signature[64]);
        await sender.SendAsync(
            sandbox.Platform.Mpe,
            EscrowContract.ChannelClaim.Encode(BigEndian.Read(claim.ChannelId.Span), amount, amount, v, signature[..32], signature[32..64], sendBack),
            default);
    }

    public void Dispose()
    {
        _key.Dispose();
        _http.Dispose();
    }
}
