using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Protocol;

public class SnetPlatformTests
{
    private const string Key = "0x684c33fb0be8dca4e6633bf68fc69067450d37589cd9e952965654681ddd7ece";

    private const string Json = $$"""
        {
          "rpc": "http://127.0.0.1:8545/", "chainId": 11155111, "ipfs": "http://127.0.0.1:5001/", "daemon": "http://127.0.0.1:7000/",
          "token": "0x3A54192862D1c52C8175d4912f1f778d1E3C2449", "mpe": "0x042d31F61c598eADcAc729B845406514521db520",
          "registry": "0x4DCc70c6FCE4064803f0ae0cE48497B3f7182e5D", "orgId": "org", "serviceId": "service", "groupName": "default_group",
          "keys": ["{{Key}}"], "recipient": "0xee034dd7d1a316cc161c2ab52b226eaaf7dcb78d"
        }
        """;

    private static readonly string[] Members =
        ["rpc", "chainId", "ipfs", "daemon", "token", "mpe", "registry", "orgId", "serviceId", "groupName", "keys", "recipient"];

    [Test]
    public void FromJson_Platform_IsReadAndWrittenBack()
    {
        var platform = SnetPlatform.FromJson(Json);

        platform.Rpc.ShouldBe(new Uri("http://127.0.0.1:8545/"));
        platform.ChainId.ShouldBe(11155111);
        platform.Mpe.ShouldBe(EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520"));
        platform.Recipient.ShouldBe(EthereumAddress.Parse("0xEE034DD7D1a316CC161C2aB52b226EaAF7dCB78D"));
        platform.Keys.ShouldBe([Key]);
        SnetPlatform.FromJson(platform.ToJson()).ToJson().ShouldBe(platform.ToJson());
        JsonNode.Parse(platform.ToJson())!.AsObject().Select(member => member.Key).ShouldBe(Members, ignoreOrder: true);
    }

    [Test]
    public void FromFile_Platform_IsRead()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, Json);

            SnetPlatform.FromFile(path).ServiceId.ShouldBe("service");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCaseSource(nameof(Members))]
    public void FromJson_MemberMissingOrNull_IsRefused(string member)
    {
        var json = JsonNode.Parse(Json)!.AsObject();
        json.Remove(member);
        Should.Throw<FormatException>(() => SnetPlatform.FromJson(json.ToJsonString())).Message.ShouldContain(member);

        json[member] = null;
        Should.Throw<FormatException>(() => SnetPlatform.FromJson(json.ToJsonString()));
    }

    [TestCase("mpe", "0x042D31F61c598eADcAc729B845406514521db520")]
    [TestCase("chainId", "one")]
    [TestCase("rpc", "http://:x")]
    public void FromJson_MemberMalformed_NamesIt(string member, string value)
    {
        var json = JsonNode.Parse(Json)!.AsObject();
        json[member] = value;

        Should.Throw<FormatException>(() => SnetPlatform.FromJson(json.ToJsonString())).Message.ShouldContain($"'$.{member}'");
    }

    [Test]
    public void Messages_AnyFault_NeverTellAKey()
    {
        foreach (var broken in new[] { Json.Replace("[\"0x", "\"0x", StringComparison.Ordinal), Json.Replace(Key + "\"", Key, StringComparison.Ordinal), Key, "" })
            Should.Throw<FormatException>(() => SnetPlatform.FromJson(broken)).ToString().ShouldNotContain(Key[10..30]);

        SnetPlatform.FromJson(Json).ToString().ShouldBe("org/service on chain 11155111");
    }
}
