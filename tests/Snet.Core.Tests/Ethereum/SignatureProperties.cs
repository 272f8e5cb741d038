using FsCheck;
using FsCheck.Fluent;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Ethereum;

/// <summary>What holds for any key and message.</summary>
public class SignatureProperties
{
    [Test]
    public void SignMessage_AnyKeyAndMessage_RecoversToTheKeysAddress() => Check(Generators.Key.Zip(Generators.Bytes), x =>
    {
        var (key, message) = x;

        var signature = key.SignMessage(message);

        EthereumMessage.Recover(message, signature).ShouldBe(key.Address);
        key.SignMessage(message).ShouldBe(signature); // RFC 6979: no randomness
    });

    [Test]
    public void Recover_OneBitChanged_IsSomebodyElseOrNobody() =>
        Check(Generators.Key.Zip(Generators.BytesOf(32)).Zip(Gen.Choose(0, (97 * 8) - 1)), x =>
        {
            var ((key, message), bit) = x;
            byte[] both = [.. message, .. key.SignMessage(message)];
            both[bit / 8] ^= (byte)(1 << (bit % 8));

            EthereumMessage.Recover(both.AsSpan(0, 32), both.AsSpan(32)).ShouldNotBe(key.Address);
        });

    [Test]
    public void Recover_AnyBytes_NeverThrows() => Check(Generators.Bytes.Zip(Generators.BytesOf(65)), x =>
    {
        EthereumMessage.Recover(x.Item1, x.Item2);
        x.Item2[64] = 27;
        EthereumMessage.Recover(x.Item1, x.Item2);
    });

    [Test]
    public void Claim_AnyOtherNumber_IsAnotherMessage() =>
        Check(Generators.Address.Zip(Generators.Number(256)).Zip(Generators.Number(256).Zip(Generators.Number(256)).Where(two => two.Item1 != two.Item2)), x =>
        {
            var ((mpe, channel), (nonce, amount)) = x;

            SignedMessages.Claim(mpe, channel, nonce, amount).ShouldNotBe(SignedMessages.Claim(mpe, channel, amount, nonce));
        });

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    public void SignHash_OtherLength_Throws(int length)
    {
        using var key = PrivateKey.Create();

        Should.Throw<ArgumentException>(() => key.SignHash(new byte[length]));
    }

    private static void Check<T>(Gen<T> values, Action<T> holds) => Prop.ForAll(values.ToArbitrary(), holds).QuickCheckThrowOnFailure();
}
