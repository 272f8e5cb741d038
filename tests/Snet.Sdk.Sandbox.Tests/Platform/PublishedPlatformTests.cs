using System.Formats.Tar;
using System.IO.Compression;
using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Platform;

/// <summary>What a client finds in Registry and storage of a sandbox, read as a client reads it.</summary>
[CancelAfter(60_000)]
internal sealed class PublishedPlatformTests
{
    [Test]
    public async Task Published_Defaults_AreThePlatformOfTheScenarios(CancellationToken cancellationToken)
    {
        await using var sandbox = await SnetSandbox.StartAsync(cancellationToken: cancellationToken);

        var (organization, service, protos) = await ReadAsync(sandbox, cancellationToken);

        var payment = organization["groups"]![0]!["payment"]!;
        payment["payment_address"]!.GetValue<string>().ShouldBe("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720");
        payment["payment_expiration_threshold"]!.GetValue<long>().ShouldBe(40320);
        var group = service["groups"]![0]!;
        group["group_id"]!.GetValue<string>().ShouldBe("rZNvy+1jH6Z+BcPqA5U5BSIcnUavBha3C63xBalm+xE=");
        group["group_id"]!.GetValue<string>().ShouldBe(organization["groups"]![0]!["group_id"]!.GetValue<string>());
        group["endpoints"]![0]!.GetValue<string>().ShouldBe(sandbox.Daemon.Endpoint.ToString().TrimEnd('/'));
        group["free_calls"]!.GetValue<int>().ShouldBe(3);
        group["free_call_signer_address"]!.GetValue<string>().ShouldBe("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f");
        group["pricing"]![0]!["price_in_cogs"]!.GetValue<int>().ShouldBe(5);
        service["mpe_address"]!.GetValue<string>().ShouldBe("0x042d31F61c598eADcAc729B845406514521db520");
        protos.ShouldBe(["service.proto"]);
    }

    [Test]
    public async Task Published_WithSettings_FollowThem(CancellationToken cancellationToken)
    {
        var options = new SandboxOptions
        {
            Threshold = 20, DynamicPricing = true,
            Group = JsonNode.Parse("""{"pricing":[{"default":true,"price_model":"fixed_price","price_in_cogs":36893488147419103000}],"free_calls":0}""")!.AsObject(),
        };
        await using var sandbox = await SnetSandbox.StartAsync(options, cancellationToken);

        var (organization, service, protos) = await ReadAsync(sandbox, cancellationToken);

        organization["groups"]![0]!["payment"]!["payment_expiration_threshold"]!.GetValue<long>().ShouldBe(20);
        service["groups"]![0]!["pricing"]![0]!["price_in_cogs"]!.ToJsonString().ShouldBe("36893488147419103000");
        service["groups"]![0]!["free_calls"]!.GetValue<int>().ShouldBe(0);
        service["groups"]![0]!["group_name"]!.GetValue<string>().ShouldBe("default_group");
        protos.ShouldBe(["priced.proto", "service.proto"]);
    }

    [Test]
    public async Task Keys_OfThePlatform_HoldTokensAndEther(CancellationToken cancellationToken)
    {
        await using var sandbox = await SnetSandbox.StartAsync(cancellationToken: cancellationToken);
        using var http = new HttpClient();
        var client = Client(http, sandbox.Platform.Rpc);

        foreach (var text in sandbox.Platform.Keys)
        {
            using var key = PrivateKey.Parse(text);
            (await client.CallAsync(sandbox.Platform.Token, TokenContract.BalanceOf, [key.Address], cancellationToken)).ShouldBe([BigInteger.Pow(10, 21)]);
            (await client.GetBalanceAsync(key.Address, cancellationToken)).ShouldBe(BigInteger.Pow(10, 22));
        }
    }

    [Test]
    public void TestKeys_Each_HasTheAddressOfItsKey()
    {
        foreach (var test in new[] { TestKeys.Daemon, TestKeys.FreeCall, TestKeys.Provider }.Concat(TestKeys.Users))
        {
            using var key = PrivateKey.Parse(test.Key);
            key.Address.ShouldBe(test.Address);
        }
    }

    [Test]
    public void ProtoArchive_MadeTwice_IsTheSame() =>
        PlatformMetadata.ProtoArchive(dynamicPricing: true).ShouldBe(PlatformMetadata.ProtoArchive(dynamicPricing: true));

    [Test]
    public async Task ChainEndpoint_NodeFromOutside_IsPublishedToAndAnotherTimeUpdated(CancellationToken cancellationToken)
    {
        await using var node = await SandboxChain.StartAsync(TimeProvider.System, cancellationToken);
        node.Fund(TestKeys.Provider.Address, 0, BigInteger.Pow(10, 18));
        var options = new SandboxOptions { ChainEndpoint = node.Endpoint };

        await using (await SnetSandbox.StartAsync(options, cancellationToken))
        {
            node.BlockNumber.ShouldBe(2);
        }

        await using var second = await SnetSandbox.StartAsync(options, cancellationToken);

        node.BlockNumber.ShouldBe(4);
        second.Platform.Rpc.ShouldBe(node.Endpoint);
        var (_, service, _) = await ReadAsync(second, cancellationToken);
        service["groups"]![0]!["endpoints"]![0]!.GetValue<string>().ShouldBe(second.Daemon.Endpoint.ToString().TrimEnd('/'));
        Should.Throw<InvalidOperationException>(() => second.Chain).Message.ShouldContain(node.Endpoint.ToString());
    }

    [Test]
    public async Task ChainEndpoint_NodeWithoutContracts_SaysWhichIsMissing(CancellationToken cancellationToken)
    {
        await using var node = await SandboxChain.StartAsync(TimeProvider.System, cancellationToken);
        var nowhere = EthereumAddress.Parse("0x000000000000000000000000000000000000dEaD");
        var options = new SandboxOptions { ChainEndpoint = node.Endpoint, Outside = OutsideChain.Default with { Mpe = nowhere } };

        var error = await Should.ThrowAsync<InvalidOperationException>(() => SnetSandbox.StartAsync(options, cancellationToken));

        error.Message.ShouldContain(nowhere.ToString());
        error.Message.ShouldContain("nextChannelId()");
    }

    private static async Task<(JsonObject Organization, JsonObject Service, string[] Protos)> ReadAsync(SnetSandbox sandbox, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var (client, platform) = (Client(http, sandbox.Platform.Rpc), sandbox.Platform);
        var (orgId, serviceId) = (Bytes32.FromId(platform.OrgId), Bytes32.FromId(platform.ServiceId));
        var organization = await client.CallAsync(platform.Registry, RegistryContract.GetOrganizationById, [orgId], cancellationToken);
        var service = await client.CallAsync(platform.Registry, RegistryContract.GetServiceRegistrationById, [orgId, serviceId], cancellationToken);
        var metadata = await JsonAsync((byte[])service[2]);

        using var archive = new MemoryStream(await CatAsync(metadata["service_api_source"]!.GetValue<string>()));
        await using var gzip = new GZipStream(archive, CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        var protos = new List<string>();
        while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
            protos.Add(entry.Name);
        return (await JsonAsync((byte[])organization[2]), metadata, [.. protos]);

        async Task<JsonObject> JsonAsync(byte[] uri)
        {
            (uri.Length % 32).ShouldBe(0);
            uri[^1].ShouldBe((byte)0);
            return JsonNode.Parse(await CatAsync(Bytes32.ToText(uri)))!.AsObject();
        }

        async Task<byte[]> CatAsync(string uri)
        {
            var id = uri["ipfs://".Length..];
            var content = await http.GetByteArrayAsync(new Uri(platform.Ipfs, "/api/v0/cat?arg=" + id), cancellationToken);
            ContentId.Parse(id).Matches(content).ShouldBeTrue();
            return content;
        }
    }

    private static EthereumClient Client(HttpClient http, Uri rpc) =>
        new(new JsonRpcClient(http, [rpc], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System)));
}
