using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class RevertReasonTests
{
    private static IEnumerable<TestCaseData> Reverts => TestData.Cases("abi_reverts.json", "reverts");

    [TestCaseSource(nameof(Reverts))]
    public void Read_Vector_IsTheContractsText(JsonElement vector)
    {
        var reason = vector.GetProperty("reason").GetString();

        RevertReason.Read(vector.GetProperty("revert_data").GetString()).ShouldBe(reason == "" ? null : reason);
    }

    [Test]
    public void Read_Panic_IsItsCode() =>
        RevertReason.Read(Hex.Encode(new AbiFunction("Panic(uint256)").Encode(new BigInteger(0x11)))).ShouldBe("panic 0x11");

    [TestCase(null)]
    [TestCase("")]
    [TestCase("0x")]
    [TestCase("0x08c379")]
    [TestCase("0x08c379a0")]
    [TestCase("0x08c379a00000000000000000000000000000000000000000000000000000000000000020")]
    [TestCase("0xdeadbeef0000000000000000000000000000000000000000000000000000000000000020")]
    [TestCase("Reverted 0x08c379a0")]
    public void Read_NoReasonOrMalformed_IsNull(string? data) => RevertReason.Read(data).ShouldBeNull();

    [TestCase("The node refused eth_call: execution reverted: Invalid signature", "Invalid signature")]
    [TestCase("VM Exception: Execution Reverted", null)]
    [TestCase("out of gas", null)]
    public void FromMessage_NodesText_IsWhatStandsBehindTheMark(string message, string? expected) =>
        RevertReason.FromMessage(message).ShouldBe(expected);

    [TestCase(3, "execution reverted", true)]
    [TestCase(-32000, "execution reverted: no", true)]
    [TestCase(-32000, "insufficient funds", false)]
    [TestCase(0, "HTTP 500, the server reverted to something", false)]
    public void IsRevert_Refusal_IsToldFromOtherFaults(int code, string message, bool expected) =>
        RevertReason.IsRevert(new JsonRpcException(message, "http://node", code)).ShouldBe(expected);
}
