using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Tests.Ethereum;

namespace Snet.Tests.Protocol;

public class ContentIdTests
{
    private const string HelloVersion0 = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";
    private const string HelloNode = "bafybeicg2rebjoofv4kbyovkw7af3rpiitvnl6i7ckcywaq6xjcxnc2mby";
    private const string HelloRaw = "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4";
    private static readonly byte[] Hello = Encoding.ASCII.GetBytes("hello world\n");

    private static IEnumerable<TestCaseData> Contents => TestData.Cases("cid.json", "cases");
    private static IEnumerable<TestCaseData> Unlike => TestData.Cases("cid.json", "must_fail");
    private static IEnumerable<TestCaseData> Malformed => TestData.Cases("negative.json", "cids");

    [TestCaseSource(nameof(Contents))]
    public void OfFile_Vector_IsTheCidThatIpfsGives(JsonElement vector) =>
        ContentId.OfFile(ContentOf(vector)).ToString().ShouldBe(vector.GetProperty("cid_v0").GetString());

    [TestCaseSource(nameof(Contents))]
    public void Matches_Vector_HoldsForEachOfItsIdsAndNotForChangedContent(JsonElement vector)
    {
        var content = ContentOf(vector);
        byte[] changed = [.. content, 0];

        foreach (var member in new[] { "cid_v0", "cid_v1_dag_pb", "cid_v1_raw_of_content" })
        {
            if (!vector.TryGetProperty(member, out var text))
                continue; // the empty file has one id only
            var id = ContentId.Parse(text.GetString()!);
            id.ToString().ShouldBe(text.GetString());
            id.Matches(content).ShouldBeTrue(member);
            id.Matches(changed).ShouldBeFalse(member);
        }
    }

    [TestCaseSource(nameof(Unlike))]
    public void Matches_VectorThatMustFail_IsFalse(JsonElement vector)
    {
        var content = vector.TryGetProperty("content_utf8", out var text)
            ? Encoding.UTF8.GetBytes(text.GetString()!)
            : Hex.Decode(vector.GetProperty("block").GetString()!);

        ContentId.Parse(vector.GetProperty("cid").GetString()!).Matches(content).ShouldBeFalse();
    }

    [TestCaseSource(nameof(Malformed))]
    public void Parse_MalformedVector_IsRefused(JsonElement vector)
    {
        vector.GetProperty("expect").GetString().ShouldBe("reject");
        var text = vector.GetProperty("input").GetString()!;

        ContentId.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => ContentId.Parse(text)).Message.ShouldContain("CIDv0");
    }

    [TestCase(HelloVersion0 + "\n", TestName = "Parse_LineBreakBehind_IsRefused")]
    [TestCase(" " + HelloVersion0, TestName = "Parse_SpaceInFront_IsRefused")]
    [TestCase(HelloVersion0 + "/metadata.json", TestName = "Parse_PathBehind_IsRefused")]
    [TestCase(HelloVersion0 + "?arg=other", TestName = "Parse_QueryBehind_IsRefused")]
    [TestCase("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2deveI4", TestName = "Parse_UpperCaseInBase32_IsRefused")]
    [TestCase("BAFKREIFJJCIE6LYPI6NY7AMXNFFTAGCLBUXNDQONFIPMB64F2KM2DEVEI4", TestName = "Parse_UpperCaseMultibase_IsRefused")]
    [TestCase("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei5", TestName = "Parse_BitsBehindTheHash_IsRefused")]
    [TestCase("bagaaierafjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2dvei", TestName = "Parse_CodecJson_IsRefused")]
    [TestCase("zdj7WWeQ43G6JJvLWQWZpyHuAMq6uYWRjkBXFad11vE2LHhQ7", TestName = "Parse_Version1InBase58_IsRefused")]
    [TestCase("Qm/../../../../../../../../../../../../../../x", TestName = "Parse_PathOfTheRightLength_IsRefused")]
    public void Parse_OtherSpelling_IsRefused(string text) => ContentId.TryParse(text, out _).ShouldBeFalse();

    [Test]
    public void TryParse_Null_IsFalse() => ContentId.TryParse(null, out _).ShouldBeFalse();

    [Test]
    public void Parse_LongTextWithControlCharacters_IsQuotedShortAndClean()
    {
        var message = Should.Throw<FormatException>(() => ContentId.Parse("\u001b[31m" + new string('x', 5000))).Message;

        message.Length.ShouldBeLessThan(400);
        message.ShouldNotContain('\u001b');
    }

    [TestCase(HelloVersion0)]
    [TestCase(HelloNode)]
    [TestCase(HelloRaw)]
    public void Matches_EveryFormOfOneContent_IsTrue(string text) => ContentId.Parse(text).Matches(Hello).ShouldBeTrue();

    // Ids made with another importer (npm ipfs-unixfs-importer 17.1.1), settings unixfs-v0-2015, CIDv1 with raw leaves, unixfs-v1-2025.
    // 174 chunks of 262144 bytes fill one node; one byte more makes a second level.
    [TestCase(262145, "QmS7fy4bE586ZCgYuxrdNEhggP1Cm5FBuZaqmgtfSqFizr", "bafybeif4z4ikxldcsjhv2l4sxmk57abnwjkwpa57gopqjvdhkyxddhmzf4",
        "bafkreiamqgukqlbve6oyg4qsu5gqeyyskowzqy4jzusx62cavee7tzojne")]
    [TestCase(1048577, "QmaRNrA7eVwnm6NGGWLzz3BsoNBHxjNFNxiuECZi8dAQTe", "bafybeihysgc544qyg3rz4xmy3npkqb77hgvt33wymo23qfeefwubq6g4yq",
        "bafybeidon4jwaruhu3izqvdmaft7grbvt5crriyc2yzkvyuocox565adwu")]
    [TestCase((174 * 262144) + 1, "QmQ7WSZzmsnaQuBHtVvLTbG2168kggQCHYXbA9wudKQ3ss", "bafybeicwdxbb76mvui4baybplblhw2574qsiivkhtm3vdukwto3g4hd7vm",
        "bafybeibwqyck4qjq3uzg332p4xp5bxn6zc2e2st4b7ujd35zd4zzw7rdiu")]
    public void Matches_TreesOfOtherPublishersSettings_IsTrue(int length, string version0, string rawLeaves, string profile2025)
    {
        var content = Pattern(length);

        ContentId.OfFile(content).ToString().ShouldBe(version0);
        ContentId.Parse(rawLeaves).Matches(content).ShouldBeTrue();
        ContentId.Parse(profile2025).Matches(content).ShouldBeTrue();
        content[^1] ^= 1;
        ContentId.Parse(rawLeaves).Matches(content).ShouldBeFalse();
        ContentId.Parse(profile2025).Matches(content).ShouldBeFalse();
    }

    [Test]
    public void Matches_TheNodesOwnBytesInPlaceOfTheFile_IsFalse() // a gateway that answers with the block
    {
        var block = Hex.Decode("0x0a120802120c68656c6c6f20776f726c640a180c");

        ContentId.Parse(HelloVersion0).Matches(block).ShouldBeFalse();
        ContentId.Parse(HelloNode).Matches(block).ShouldBeFalse();
    }

    [Test]
    public void OfFile_AnyContent_ReadsBackAndMatches() => Prop.ForAll(Generators.Bytes.ToArbitrary(), content =>
    {
        var id = ContentId.Parse(ContentId.OfFile(content).ToString());

        id.ShouldBe(ContentId.OfFile(content));
        id.Matches(content).ShouldBeTrue();
        id.Matches([.. content, 1]).ShouldBeFalse();
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Equals_SameText_IsTrue()
    {
        ContentId.Parse(HelloVersion0).ShouldBe(ContentId.OfFile(Hello));
        ContentId.Parse(HelloVersion0).GetHashCode().ShouldBe(ContentId.OfFile(Hello).GetHashCode());
        ContentId.Parse(HelloVersion0).ShouldNotBe(ContentId.Parse(HelloNode));
    }

    private static byte[] ContentOf(JsonElement vector) => vector.TryGetProperty("content_utf8", out var text)
        ? Encoding.UTF8.GetBytes(text.GetString()!)
        : Pattern(vector.GetProperty("content_length").GetInt32());

    // The rule that the vectors name: byte i = (i*31 + 7) mod 256.
    private static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)((i * 31) + 7);
        return bytes;
    }
}
