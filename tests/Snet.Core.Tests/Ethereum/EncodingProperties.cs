using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>What holds for any value: encodings read back, and malformed ones are refused in one way only.</summary>
public class EncodingProperties
{
    [Test]
    public void Rlp_AnyByteStrings_ReadBack() => Check(Generators.Bytes.ArrayOf(), items =>
        Rlp.ReadList(Rlp.List([.. items.Select(item => Rlp.Bytes(item))])).ShouldBe(items));

    [Test]
    public void Rlp_AnyNumbers_ReadBack() => Check(Generators.Number(256).ArrayOf(), numbers =>
        Rlp.ReadList(Rlp.List([.. numbers.Select(Rlp.Number)])).Select(item => Rlp.ReadNumber(item)).ShouldBe(numbers));

    [Test]
    public void Rlp_ListInAList_ComesBackEncoded() => Check(Generators.Bytes.ArrayOf(), items =>
    {
        var inner = Rlp.List([.. items.Select(item => Rlp.Bytes(item))]);

        Rlp.ReadList(Rlp.List(inner, Rlp.Bytes([7]))).ShouldBe([inner, [7]]);
    });

    [Test]
    public void Rlp_AnyBytes_AreReadOrRefusedAsMalformed() => Check(Generators.Bytes, data => OnlyFormatException(() => Rlp.ReadList(data)));

    [Test]
    public void Rlp_CutOff_IsRefused() => Check(Generators.Bytes.ArrayOf(), items =>
    {
        var encoded = Rlp.List([.. items.Select(item => Rlp.Bytes(item))]);

        Should.Throw<FormatException>(() => Rlp.ReadList(encoded.AsSpan(0, encoded.Length - 1)));
        Should.Throw<FormatException>(() => Rlp.ReadList([.. encoded, 0]));
    });

    // The same content in a longer form: not canonical, and a second hash for one transaction.
    [TestCase("0xc3820061")]
    [TestCase("0xc28161")]
    [TestCase("0xf80161")]
    [TestCase("0xc4b8026161")]
    [TestCase("0xc2820061")]
    [TestCase("0x61")]
    [TestCase("0x")]
    [TestCase("0xffffffffffffffffff")]
    [TestCase("0xfbffffffff00")]
    public void Rlp_NotCanonical_IsRefused(string data) => Should.Throw<FormatException>(() =>
    {
        foreach (var item in Rlp.ReadList(Hex.Decode(data)))
            Rlp.ReadNumber(item);
    });

    [Test]
    public void Abi_AnyValues_ReadBack() => Check(Generators.AbiTuple, tuple =>
    {
        var encoded = Abi.Encode(tuple.Types, tuple.Values);

        (encoded.Length % 32).ShouldBe(0);
        Abi.Decode(tuple.Types, encoded).ShouldBe(tuple.Values);
    });

    [Test]
    public void Abi_CutOff_IsRefused() => Check(Generators.AbiTuple.Where(t => t.Types.Length > 0), tuple =>
    {
        var encoded = Abi.Encode(tuple.Types, tuple.Values);

        // A filler's last byte is nobody's loss; a whole word is.
        OnlyFormatException(() => Abi.Decode(tuple.Types, encoded.AsSpan(0, encoded.Length - 1)));
        Should.Throw<FormatException>(() => Abi.Decode(tuple.Types, encoded.AsSpan(0, encoded.Length - 32)));
    });

    [Test]
    public void Abi_OneByteChanged_IsReadOrRefusedAsMalformed() =>
        Check(Generators.AbiTuple.Zip(Gen.Choose(0, 1 << 20).Zip(Gen.Choose(1, 255))).Where(x => x.Item1.Types.Length > 0), x =>
        {
            var (tuple, (place, change)) = x;
            var encoded = Abi.Encode(tuple.Types, tuple.Values);
            encoded[place % encoded.Length] ^= (byte)change;

            OnlyFormatException(() => Abi.Decode(tuple.Types, encoded));
        });

    [Test]
    public void AbiFunction_AnyArguments_ReadBack() => Check(Generators.AbiTuple, tuple =>
    {
        var function = new AbiFunction($"any({string.Join(',', tuple.Types)})", tuple.Types);

        function.DecodeArguments(function.Encode(tuple.Values)).ShouldBe(tuple.Values);
        function.Decode(function.EncodeAnswer(tuple.Values)).ShouldBe(tuple.Values);
    });

    [Test]
    public void Abi_NumberThatDoesNotFit_IsRefused()
    {
        Should.Throw<ArgumentException>(() => Abi.Encode(["uint8"], [new BigInteger(256)]));
        Should.Throw<ArgumentException>(() => Abi.Encode(["uint256"], [BigInteger.One << 256]));
        Should.Throw<ArgumentException>(() => Abi.Encode(["uint256"], [BigInteger.MinusOne]));
        Should.Throw<ArgumentException>(() => Abi.Encode(["bytes32"], [new byte[31]]));
        Should.Throw<ArgumentException>(() => Abi.Encode(["bool", "bool"], [true]));
    }

    [Test]
    public void Hex_AnyBytes_ReadBack() => Check(Generators.Bytes, bytes => Hex.Decode(Hex.Encode(bytes)).ShouldBe(bytes));

    [Test]
    public void Hex_AnyNumber_ReadBackAndShort() => Check(Generators.Number(256), number =>
    {
        var text = Hex.EncodeNumber(number);

        Hex.DecodeNumber(text).ShouldBe(number);
        text.ShouldMatch("^0x(0|[1-9a-f][0-9a-f]*)$");
    });

    [TestCase(null)]
    [TestCase("")]
    [TestCase("0x")]
    [TestCase("12")]
    [TestCase("0X12")]
    [TestCase("0x 1")]
    [TestCase("0x-1")]
    [TestCase("0xg")]
    public void Hex_NoNumber_IsRefused(string? text) => Should.Throw<FormatException>(() => Hex.DecodeNumber(text));

    [Test]
    public void Address_AnyBytes_PrintAndParseInEverySpelling() => Check(Generators.Address, address =>
    {
        EthereumAddress.Parse(address.ToString()).ShouldBe(address);
        EthereumAddress.Parse(address.ToLowerString()).ShouldBe(address);
        EthereumAddress.Parse("0x" + address.ToString()[2..].ToUpperInvariant()).ShouldBe(address);
        new EthereumAddress(address.ToByteArray()).ShouldBe(address);
    });

    [Test]
    public void Address_OneLetterInTheOtherCase_IsRefused() => Check(Generators.Address.Zip(Gen.Choose(2, 41)), x =>
    {
        var letters = x.Item1.ToString().ToCharArray();
        letters[x.Item2] = char.IsUpper(letters[x.Item2]) ? char.ToLowerInvariant(letters[x.Item2]) : char.ToUpperInvariant(letters[x.Item2]);
        var text = new string(letters);
        var digits = text[2..];
        var oneCase = !digits.Any(char.IsLower) || !digits.Any(char.IsUpper); // carries no checksum

        EthereumAddress.TryParse(text, out _).ShouldBe(oneCase || text == x.Item1.ToString());
    });

    private static void Check<T>(Gen<T> values, Action<T> holds) => Prop.ForAll(values.ToArbitrary(), holds).QuickCheckThrowOnFailure();

    private static void OnlyFormatException(Action read)
    {
        try
        {
            read();
        }
        catch (FormatException)
        {
            // the one way in which malformed data is refused
        }
    }
}
