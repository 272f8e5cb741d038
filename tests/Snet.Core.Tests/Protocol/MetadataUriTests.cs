using System.Text;
using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Protocol;

public class MetadataUriTests
{
    private const string Cid = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";

    private static IEnumerable<TestCaseData> Stored => TestData.Cases("bytes32_ids.json", "metadata_uris", v => v.GetProperty("text").GetString());

    private static IEnumerable<TestCaseData> Read =>
        TestData.Cases("bytes32_ids.json", "metadata_uri_reading", v => v.TryGetProperty("note", out var note) ? note.GetString() : null);

    [TestCaseSource(nameof(Stored))]
    public void ToStoredBytes_Vector_IsWhatPublishersStore(JsonElement vector)
    {
        var uri = MetadataUri.Parse(vector.GetProperty("text").GetString()!);

        Hex.Encode(uri.ToStoredBytes()).ShouldBe(vector.GetProperty("stored_bytes").GetString());
        uri.ToStoredBytes().Length.ShouldBe(vector.GetProperty("stored_length").GetInt32());
        uri.ToString().ShouldBe(vector.GetProperty("text").GetString());
    }

    [TestCaseSource(nameof(Read))]
    public void Parse_StoredVector_TellsStorageAndContent(JsonElement vector)
    {
        var uri = MetadataUri.Parse(Hex.Decode(vector.GetProperty("stored_bytes").GetString()!));

        uri.Storage.ShouldBe(vector.GetProperty("scheme").GetString() == "filecoin" ? MetadataStorage.Filecoin : MetadataStorage.Ipfs);
        uri.Content.ToString().ShouldBe(vector.GetProperty("cid").GetString());
    }

    [TestCase("")]
    [TestCase("ipfs://")]
    [TestCase("ipfs:/" + Cid)]
    [TestCase("IPFS://" + Cid)]
    [TestCase("ipfs://ipfs://" + Cid)]
    [TestCase("https://example.com/" + Cid)]
    [TestCase("ipfs://" + Cid + "/..")]
    [TestCase("ipfs://" + Cid + "\0x")]
    [TestCase("filecoin://../" + Cid)]
    public void Parse_AnythingElse_IsRefusedAndToldWhatIsExpected(string text)
    {
        Should.Throw<FormatException>(() => MetadataUri.Parse(text)).Message.ShouldContain("ipfs://");
        Should.Throw<FormatException>(() => MetadataUri.Parse(Encoding.UTF8.GetBytes(text)));
    }

    [Test]
    public void Parse_OnlyZeroBytes_IsRefused() => Should.Throw<FormatException>(() => MetadataUri.Parse(new byte[64]));
}
