using System.Numerics;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Platform;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Paying while the provider claims: until the claim is on the chain, the daemon sees no funds that are added (protocol g.1).</summary>
[Category("Sandbox")]
public sealed class ClaimOnItsWayTests : PlatformTest
{
    private static readonly TokenAmount Price = TokenAmount.FromCogs(5);

    [Test]
    public async Task CallAsync_TooLittleLeft_OpensOneChannelMoreHoweverManyCall()
    {
        var service = Service(Connect());
        var small = await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(7));
        await PayAsync(service);
        await StartClaimAsync(small.Id);

        var receipts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PayAsync(service)));

        var channels = await service.Channels.ListAsync();
        channels.Count.ShouldBe(2);
        receipts.ShouldAllBe(receipt => receipt.ChannelId == channels[1].Id);
    }

    [Test]
    public async Task CallAsync_TooLittleLeftAndTheClaimHasArrived_FillsTheSameChannel()
    {
        var service = Service(Connect());
        var small = await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(12));
        await PayAsync(service);
        var claim = await StartClaimAsync(small.Id);
        (await PayAsync(service)).Nonce.ShouldBe(1); // the client has seen it on its way; 2 cogs are left
        await ClaimAsync(claim);

        var receipt = await PayAsync(service);

        (receipt.ChannelId, receipt.Nonce, receipt.AmountBefore).ShouldBe((small.Id, 1, Price));
        (await service.Channels.ListAsync()).Count.ShouldBe(1);
    }

    private static async Task<PaymentReceipt> PayAsync(ServiceClient service) =>
        (await service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 })).Receipt.ShouldNotBeNull();

    private async Task<PaymentReply> StartClaimAsync(BigInteger channelId)
    {
        using var provider = PrivateKey.Parse(TestKeys.Provider.Key);
        using var daemon = new GrpcChannel(Platform.Daemon);
        var request = new StartClaimRequest
        {
            MpeAddress = Platform.Mpe.ToString(),
            ChannelId = ByteString.CopyFrom(BigEndian.Write32(channelId)),
            Signature = ByteString.CopyFrom(provider.SignMessage(SignedMessages.StartClaim(Platform.Mpe, channelId, 0))),
        };
        var response = await daemon.UnaryAsync("/escrow.ProviderControlService/StartClaim", request.ToByteArray(), null, CancellationToken.None);
        return PaymentReply.Parser.ParseFrom(response.Message.Span);
    }

    private async Task ClaimAsync(PaymentReply claim)
    {
        using var provider = PrivateKey.Parse(TestKeys.Provider.Key);
        using var http = new HttpClient();
        var node = new EthereumClient(new JsonRpcClient(http, [Platform.Rpc], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System)));
        using var sender = new TransactionSender(
            node, provider.Address, Platform.ChainId, (unsigned, _) => ValueTask.FromResult(provider.SignHash(Keccak256.Hash(unsigned.Span))),
            new TransactionLimits(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100), TimeProvider.System));
        var (amount, signature) = (BigEndian.Read(claim.SignedAmount.Span), claim.Signature.ToByteArray());
        await sender.SendAsync(
            Platform.Mpe,
            EscrowContract.ChannelClaim.Encode(
                BigEndian.Read(claim.ChannelId.Span), amount, amount, (BigInteger)signature[64], signature[..32], signature[32..64], false),
            CancellationToken.None);
    }
}
