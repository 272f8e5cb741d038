using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class TransactionTests
{
    private static IEnumerable<TestCaseData> Priced => TestData.Cases("tx_eip1559.json", "transactions");
    private static IEnumerable<TestCaseData> Legacy => TestData.Cases("tx_legacy_eip155.json", "transactions");

    [TestCaseSource(nameof(Priced))]
    public void EncodeSigned_Vector_IsTheRawTransaction(JsonElement vector)
    {
        string Member(string name) => vector.GetProperty(name).GetString()!;
        using var key = VectorKeys.Get(Member("signer_key"));
        var transaction = Read(vector.GetProperty("fields"));

        var unsigned = transaction.EncodeUnsigned();
        var hash = Keccak256.Hash(unsigned);
        var signature = key.SignHash(hash);
        var raw = transaction.EncodeSigned(signature);

        Hex.Encode(unsigned).ShouldBe(Member("unsigned_serialized"));
        Hex.Encode(hash).ShouldBe(Member("signing_hash"));
        Hex.Encode(signature.AsSpan(0, 32)).ShouldBe(Member("r"));
        Hex.Encode(signature.AsSpan(32, 32)).ShouldBe(Member("s"));
        signature[64].ToString(CultureInfo.InvariantCulture).ShouldBe(vector.GetProperty("y_parity").ToString());
        Hex.Encode(raw).ShouldBe(Member("raw"));
        Hex.Encode(Keccak256.Hash(raw)).ShouldBe(Member("hash"));
        EthereumMessage.RecoverHash(hash, signature.AsSpan(0, 64), signature[64]).ShouldBe(EthereumAddress.Parse(Member("from")));
    }

    [TestCaseSource(nameof(Priced))]
    public void EncodeSigned_SignatureWithV27_IsTheSame(JsonElement vector)
    {
        using var key = VectorKeys.Get(vector.GetProperty("signer_key").GetString()!);
        var transaction = Read(vector.GetProperty("fields"));
        var signature = key.SignHash(Keccak256.Hash(transaction.EncodeUnsigned()));
        signature[64] += 27;

        Hex.Encode(transaction.EncodeSigned(signature)).ShouldBe(vector.GetProperty("raw").GetString());
    }

    // The SDK sends none of these; they are further material for RLP and for signatures.
    [TestCaseSource(nameof(Legacy))]
    public void SignHash_LegacyVector_HasTheSameHashAndSignature(JsonElement vector)
    {
        string Member(string name) => vector.GetProperty(name).GetString()!;
        var fields = vector.GetProperty("fields");
        byte[][] items =
        [
            Rlp.Number(Number(fields, "nonce")), Rlp.Number(Number(fields, "gas_price")), Rlp.Number(Number(fields, "gas_limit")),
            Rlp.Bytes(Hex.Decode(fields.GetProperty("to").GetString()!)), Rlp.Number(Number(fields, "value")),
            Rlp.Bytes(Hex.Decode(fields.GetProperty("data").GetString()!)),
        ];
        var unsigned = Rlp.List([.. items, Rlp.Number(Number(fields, "chain_id")), Rlp.Number(0), Rlp.Number(0)]);
        using var key = VectorKeys.Get(Member("signer_key"));

        var signature = key.SignHash(Keccak256.Hash(unsigned));
        BigInteger Part(int start) => new(signature.AsSpan(start, 32), isUnsigned: true, isBigEndian: true);
        var v = (Number(fields, "chain_id") * 2) + 35 + signature[64];
        var raw = Rlp.List([.. items, Rlp.Number(v), Rlp.Number(Part(0)), Rlp.Number(Part(32))]);

        Hex.Encode(unsigned).ShouldBe(Member("unsigned_serialized"));
        Hex.Encode(Keccak256.Hash(unsigned)).ShouldBe(Member("signing_hash"));
        Hex.Encode(raw).ShouldBe(Member("raw"));
        Hex.Encode(Keccak256.Hash(raw)).ShouldBe(Member("hash"));
    }

    private static Transaction Read(JsonElement fields)
    {
        fields.GetProperty("access_list").GetArrayLength().ShouldBe(0);
        return new Transaction(
            Number(fields, "chain_id"), Number(fields, "nonce"), Number(fields, "max_priority_fee_per_gas"), Number(fields, "max_fee_per_gas"),
            Number(fields, "gas_limit"), EthereumAddress.Parse(fields.GetProperty("to").GetString()!), Number(fields, "value"),
            Hex.Decode(fields.GetProperty("data").GetString()!));
    }

    private static BigInteger Number(JsonElement fields, string name) =>
        BigInteger.Parse(fields.GetProperty(name).ToString(), CultureInfo.InvariantCulture);
}
