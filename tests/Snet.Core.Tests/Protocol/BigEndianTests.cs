using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Protocol;

public class BigEndianTests
{
    // Daemons send 32 bytes; the protocol allows any length, and none for zero.
    [TestCase("0x", 0)]
    [TestCase("0x00", 0)]
    [TestCase("0x05", 5)]
    [TestCase("0x0100", 256)]
    [TestCase("0x0000000000000000000000000000000000000000000000000000000000000007", 7)]
    [TestCase("0x000000000000000000000000000000000000000000000000000000000000000007", 7)]
    public void Read_AnyLength_IsTheNumber(string bytes, int expected) => BigEndian.Read(Hex.Decode(bytes)).ShouldBe(expected);

    [Test]
    public void Write32_Number_IsFilledUpOnTheLeft() =>
        Hex.Encode(BigEndian.Write32(256)).ShouldBe("0x0000000000000000000000000000000000000000000000000000000000000100");

    [Test]
    public void Write32_TooLargeOrNegative_Throws()
    {
        Should.Throw<ArgumentException>(() => BigEndian.Write32(BigInteger.One << 256));
        Should.Throw<ArgumentException>(() => BigEndian.Write32(-1));
    }
}
