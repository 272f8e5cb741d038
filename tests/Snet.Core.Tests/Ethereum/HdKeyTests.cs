using System.Security.Cryptography;
using SimpleBase;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class HdKeyTests
{
    private const uint H = 0x8000_0000;
    private const string First = "000102030405060708090a0b0c0d0e0f";
    private const string LeadingZeros =
        "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be";

    // BIP-32's own vectors 1 and 3. The texts carry checksums of their own.
    [TestCase(First, "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7", H)]
    [TestCase(First, "xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu53Kw1UmYPxLgboyZQaXwTCg8MSY3H2EU4pWcQDnRnrVA1xe8fs", H, 1u)]
    [TestCase(First, "xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewRiNMjANTtpgP4mLTj34bhnZX7UiM", H, 1u, H + 2)]
    [TestCase(
        First, "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu76", H, 1u, H + 2, 2u,
        1000000000u)]
    [TestCase(LeadingZeros, "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L", H)]
    public void Derive_PublishedVector_IsItsKey(string seed, string extended, params uint[] path)
    {
        using var key = HdKey.Derive(Convert.FromHexString(seed), path);

        key.ExportHex().ShouldBe(KeyOf(extended));
    }

    // The accounts that development nodes fund.
    [TestCase(0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    [TestCase(1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    [TestCase(2, "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC")]
    public void DeriveEthereum_WellKnownWords_IsTheAccount(int index, string address)
    {
        var seed = new byte[Mnemonic.SeedSize];
        Mnemonic.ToSeed("test test test test test test test test test test test junk", "", seed);
        using var key = HdKey.DeriveEthereum(seed, (uint)index);

        key.Address.ToString().ShouldBe(address);
    }

    [Test]
    public void AddKeys_WhatIsNoKey_IsNull()
    {
        var order = Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
        byte[] one = [.. new byte[31], 1], below = [.. order[..31], 0x40];

        Secp256k1.AddKeys(one, order).ShouldBeNull();
        Secp256k1.AddKeys(one, below).ShouldBeNull(); // together the order, which is zero
        Secp256k1.AddKeys(below, below).ShouldBe([.. order[..31], 0x3f]);
    }

    // version, depth, parent, number, chain code, zero, key, checksum
    private static string KeyOf(string extended)
    {
        var bytes = Base58.Bitcoin.Decode(extended);
        SHA256.HashData(SHA256.HashData(bytes.AsSpan(0, 78))).AsSpan(0, 4).SequenceEqual(bytes.AsSpan(78)).ShouldBeTrue();
        return Hex.Encode(bytes.AsSpan(46, 32));
    }
}
