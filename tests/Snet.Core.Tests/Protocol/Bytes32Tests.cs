using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Protocol;

public class Bytes32Tests
{
    private static IEnumerable<TestCaseData> Ids => TestData.Cases("bytes32_ids.json", "ids", v => v.GetProperty("text").GetString());
    private static IEnumerable<TestCaseData> Texts => TestData.Cases("bytes32_ids.json", "decode", v => v.GetProperty("text").GetString());
    private static IEnumerable<TestCaseData> GroupIds => TestData.Cases("bytes32_ids.json", "group_ids", v => v.GetProperty("base64").GetString());
    private static IEnumerable<TestCaseData> MalformedIds => TestData.Cases("negative.json", "ids");
    private static IEnumerable<TestCaseData> MalformedGroupIds => TestData.Cases("negative.json", "group_ids_base64");

    [TestCaseSource(nameof(Ids))]
    public void FromId_Vector_IsThereAndBack(JsonElement vector)
    {
        var text = vector.GetProperty("text").GetString()!;

        var bytes = Bytes32.FromId(text);

        Hex.Encode(bytes).ShouldBe(vector.GetProperty("bytes32").GetString());
        bytes.AsSpan().TrimEnd((byte)0).Length.ShouldBe(vector.GetProperty("utf8_length").GetInt32());
        Bytes32.ToText(bytes).ShouldBe(text);
    }

    [TestCaseSource(nameof(Texts))]
    public void ToText_Vector_IsRight(JsonElement vector) =>
        Bytes32.ToText(Hex.Decode(vector.GetProperty("bytes32").GetString()!)).ShouldBe(vector.GetProperty("text").GetString());

    [TestCaseSource(nameof(MalformedIds))]
    public void FromId_MalformedVector_IsRefused(JsonElement vector)
    {
        vector.GetProperty("expect").GetString().ShouldStartWith("reject");

        Should.Throw<ArgumentException>(() => Bytes32.FromId(vector.GetProperty("input").GetString()!));
    }

    [Test]
    public void FromId_ZeroByteInside_IsRefused() => Should.Throw<ArgumentException>(() => Bytes32.FromId("a\0b"));

    [Test]
    public void FromId_LoneSurrogate_IsRefused() => Should.Throw<ArgumentException>(() => Bytes32.FromId("a\ud800")); // no UTF-8 for it

    [TestCaseSource(nameof(GroupIds))]
    public void FromGroupId_Vector_IsRight(JsonElement vector) =>
        Hex.Encode(Bytes32.FromGroupId(vector.GetProperty("base64").GetString()!)).ShouldBe(vector.GetProperty("bytes32").GetString());

    [TestCaseSource(nameof(MalformedGroupIds))]
    public void FromGroupId_MalformedVector_IsRefused(JsonElement vector)
    {
        vector.GetProperty("expect").GetString().ShouldBe("reject");

        Should.Throw<FormatException>(() => Bytes32.FromGroupId(vector.GetProperty("input").GetString()!));
    }

    [TestCase("IYc03Ikqu4kfhG8s/XnuJxNkOFrwEt3QpkxRrglWVC4= ")]
    [TestCase("IYc03Ikqu4kfhG8s/XnuJxNkOFrwEt3Q\npkxRrglWVC4=")]
    public void FromGroupId_OtherSpelling_IsRefused(string text) => Should.Throw<FormatException>(() => Bytes32.FromGroupId(text));
}
