using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Protocol;

public class PaymentHeadersTests
{
    private static readonly HashSet<string> Names = [.. typeof(PaymentHeaders).GetFields()
        .Select(f => (string)f.GetRawConstantValue()!).Where(value => value.StartsWith("snet-", StringComparison.Ordinal))];

    [TestCase("escrow", PaymentHeaders.EscrowType, PaymentHeaders.Type, PaymentHeaders.ChannelId, PaymentHeaders.ChannelNonce,
        PaymentHeaders.ChannelAmount, PaymentHeaders.ChannelSignature)]
    [TestCase("train_call", PaymentHeaders.TrainCallType, PaymentHeaders.Type, PaymentHeaders.ChannelId, PaymentHeaders.ChannelNonce,
        PaymentHeaders.ChannelAmount, PaymentHeaders.TrainModelId, PaymentHeaders.ChannelSignature)]
    [TestCase("free_call", PaymentHeaders.FreeCallType, PaymentHeaders.Type, PaymentHeaders.FreeCallUserAddress, PaymentHeaders.CurrentBlock,
        PaymentHeaders.ChannelSignature, PaymentHeaders.FreeCallToken)]
    [TestCase("prepaid_call", PaymentHeaders.PrepaidCallType, PaymentHeaders.Type, PaymentHeaders.ChannelId, PaymentHeaders.ChannelNonce,
        PaymentHeaders.PrepaidToken)]
    public void Names_Vector_AreTheHeadersOfTheType(string vector, string type, params string[] names)
    {
        var headers = TestData.Vectors("grpc_headers.json").GetProperty(vector);

        headers.GetProperty(PaymentHeaders.Type).GetString().ShouldBe(type);
        headers.EnumerateObject().Select(h => h.Name).ShouldBe(names, ignoreOrder: true);
        names.ShouldBeSubsetOf(Names);
    }

    // Bytes travel in "-bin" headers, as base64 text; which the vectors give beside the bytes.
    [Test]
    public void BinaryHeaders_Vectors_AreExactlyThoseEndingInBin()
    {
        foreach (var type in TestData.Vectors("grpc_headers.json").EnumerateObject().Where(t => t.Value.ValueKind == JsonValueKind.Object))
        {
            foreach (var header in type.Value.EnumerateObject())
            {
                (header.Value.ValueKind == JsonValueKind.Object).ShouldBe(header.Name.EndsWith("-bin", StringComparison.Ordinal), header.Name);
                if (header.Value.ValueKind == JsonValueKind.Object)
                    Convert.ToBase64String(Hex.Decode(header.Value.GetProperty("bytes").GetString()!)).ShouldBe(header.Value.GetProperty("base64").GetString());
            }
        }
    }

    [Test]
    public void Signature_OfTheEscrowVector_IsTheClaimOfItsHeaders()
    {
        var headers = TestData.Vectors("grpc_headers.json").GetProperty("escrow");
        using var key = Ethereum.VectorKeys.Get("sender");
        var mpe = EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520"); // of the claims in sig_mpe_claim.json

        var hash = SignedMessages.Claim(mpe, Number(PaymentHeaders.ChannelId), Number(PaymentHeaders.ChannelNonce), Number(PaymentHeaders.ChannelAmount));

        Hex.Encode(key.SignMessage(hash)).ShouldBe(headers.GetProperty(PaymentHeaders.ChannelSignature).GetProperty("bytes").GetString());

        System.Numerics.BigInteger Number(string name) =>
            System.Numerics.BigInteger.Parse(headers.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }
}
