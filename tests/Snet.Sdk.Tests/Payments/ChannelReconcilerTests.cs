using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Protocol.Escrow;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Channels;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>What a client must conclude from a daemon's account of a channel: golden values.</summary>
public sealed class ChannelReconcilerTests
{
    private static IEnumerable<TestCaseData> Cases() =>
        TestData.Vectors("channel_state.json").GetProperty("cases").EnumerateArray()
            .Select(c => new TestCaseData(c).SetArgDisplayNames(c.GetProperty("name").GetString()!));

    [TestCaseSource(nameof(Cases))]
    public void Reconcile_GoldenCase_ConcludesAsExpected(JsonElement c)
    {
        var chain = c.GetProperty("chain");
        var channel = new PaymentChannel(
            Number(chain, "channel_id"), Number(chain, "nonce"), Address(chain, "sender"), Address(chain, "signer"), Address(chain, "recipient"),
            string.Empty, TokenAmount.FromCogs(Number(chain, "value")), Number(chain, "expiration"));
        var reply = new ChannelStateReply
        {
            CurrentNonce = Bytes(c, "current_nonce"),
            CurrentSignedAmount = Bytes(c, "current_signed_amount"),
            CurrentSignature = Bytes(c, "current_signature"),
            OldNonceSignedAmount = Bytes(c, "old_nonce_signed_amount"),
            OldNonceSignature = Bytes(c, "old_nonce_signature"),
        };
        var expect = c.GetProperty("expect");

        if (expect.ValueKind == JsonValueKind.String || !expect.TryGetProperty("nonce", out _))
        {
            Should.Throw<ChannelStateException>(() => ChannelReconciler.Reconcile(channel, reply, Address(chain, "mpe_address")))
                .MoneyMoved.ShouldBe(MoneyMoved.No);
            return;
        }

        var (state, _) = ChannelReconciler.Reconcile(channel, reply, Address(chain, "mpe_address"));

        state.Nonce.ShouldBe(Number(expect, "nonce"));
        state.SignedAmount.Cogs.ShouldBe(Number(expect, "signed"));
        (state.Value.Cogs - state.SignedAmount.Cogs).ShouldBe(Number(expect, "spendable"));
        state.Spendable.Cogs.ShouldBe(BigInteger.Max(0, Number(expect, "spendable")));
    }

    private static BigInteger Number(JsonElement parent, string name) => BigInteger.Parse(parent.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static EthereumAddress Address(JsonElement parent, string name) => EthereumAddress.Parse(parent.GetProperty(name).GetString()!);

    private static ByteString Bytes(JsonElement c, string name) => ByteString.CopyFrom(Hex.Decode(c.GetProperty("reply").GetProperty(name).GetString()!));
}
