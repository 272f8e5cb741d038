using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The daemon's library reads an address out of any text.</summary>
internal sealed class GoAddressTests
{
    private const string Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    [TestCase(Address, Address)]
    [TestCase("70997970C51812dc3A010C7d01b50e0d17dc79C8", Address, Description = "without 0x")]
    [TestCase("0X70997970C51812DC3A010C7D01B50E0D17DC79C8", Address, Description = "capitals")]
    [TestCase("0xffff70997970C51812dc3A010C7d01b50e0d17dc79C8", Address, Description = "too long: the last 20 bytes")]
    [TestCase("0x1", "0x0000000000000000000000000000000000000001", Description = "too short: zeros in front")]
    [TestCase("0x01zz02", "0x0000000000000000000000000000000000000001", Description = "up to the first that is no digit")]
    [TestCase("", "0x0000000000000000000000000000000000000000")]
    public void Parse_AnyText_IsAnAddress(string text, string expected) => GoAddress.Parse(text).ShouldBe(EthereumAddress.Parse(expected));
}
