using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Sdk.Discovery;
using Snet.Tests;

namespace Snet.Sdk.Tests.Discovery;

/// <summary>Metadata that cannot be used is refused before anything is sent.</summary>
public sealed class MetadataTests
{
    private const string GroupId = "rZNvy+1jH6Z+BcPqA5U5BSIcnUavBha3C63xBalm+xE=";

    private static IEnumerable<TestCaseData> Negative(string kind) =>
        TestData.Vectors("negative.json").GetProperty(kind).EnumerateArray()
            .Select(c => new TestCaseData(c.GetProperty("input").GetString()).SetArgDisplayNames(c.GetProperty("name").GetString()!));

    [TestCaseSource(nameof(Negative), new object[] { "endpoints" })]
    public void ReadService_EndpointThatIsNone_IsRefused(string endpoint) =>
        Should.Throw<MetadataException>(() => MetadataJson.ReadService("org", "service", Service(endpoint, GroupId)));

    [TestCaseSource(nameof(Negative), new object[] { "group_ids_base64" })]
    public void ReadService_GroupIdThatIsNone_IsRefused(string groupId) =>
        Should.Throw<MetadataException>(() => MetadataJson.ReadService("org", "service", Service("https://daemon.example:7000", groupId)));

    [Test]
    public void ReadService_WhatDaemonsAccept_IsRead()
    {
        var service = MetadataJson.ReadService("org", "service", Service("http://daemon.example:7000", GroupId));

        service.ApiSource.ShouldBe("ipfs://newer", "service_api_source wins over model_ipfs_hash");
        service.Groups[0].Endpoints.ShouldBe([new Uri("http://daemon.example:7000")]);
        service.Groups[0].FreeCalls.ShouldBe(3);
    }

    [TestCase("0x04abeadfdd42fa7ea2fc2d3ecfb2d1da8d4c2ab8", "0x04abeadfdd42fa7ea2fc2d3ecfb2d1da8d4c2ab8")]
    [TestCase("0X04ABEADFDD42FA7EA2FC2D3ECFB2D1DA8D4C2AB8", "0x04abeadfdd42fa7ea2fc2d3ecfb2d1da8d4c2ab8")]
    [TestCase("0x04AbeaDFDD42FA7EA2FC2D3ECFB2D1DA8D4C2AB8", "0x04abeadfdd42fa7ea2fc2d3ecfb2d1da8d4c2ab8")]
    public void ReadOrganization_PaymentAddressInAnyLetterCase_IsRead(string written, string address) =>
        MetadataJson.ReadOrganization("org", Organization(written, "40320")).Groups[0].PaymentAddress.ToLowerString().ShouldBe(address);

    [TestCase("0x0000000000000000000000000000000000000000", "40320")]
    [TestCase("someone.eth", "40320")]
    [TestCase("", "40320")]
    [TestCase("0x04abeadfdd42fa7ea2fc2d3ecfb2d1da8d4c2ab8", "-1")]
    [TestCase("0x04abeadfdd42fa7ea2fc2d3ecfb2d1da8d4c2ab8", "\"soon\"")]
    public void ReadOrganization_WhatPaymentsNeedIsBroken_IsRefused(string address, string threshold) =>
        Should.Throw<MetadataException>(() => MetadataJson.ReadOrganization("org", Organization(address, threshold)));

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    public void ReadService_NoJsonObject_IsRefused(string json) =>
        Should.Throw<MetadataException>(() => MetadataJson.ReadService("org", "service", System.Text.Encoding.UTF8.GetBytes(json)));

    private static byte[] Service(string endpoint, string groupId) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["display_name"] = "x", ["service_type"] = "grpc", ["model_ipfs_hash"] = "older", ["service_api_source"] = "ipfs://newer",
        ["groups"] = new JsonArray(new JsonObject
        {
            ["group_name"] = "default_group", ["group_id"] = groupId, ["endpoints"] = new JsonArray(endpoint), ["free_calls"] = 3,
        }),
    });

    private static byte[] Organization(string address, string threshold) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["org_name"] = "x",
        ["groups"] = new JsonArray(new JsonObject
        {
            ["group_name"] = "default_group", ["group_id"] = GroupId,
            ["payment"] = new JsonObject { ["payment_address"] = address, ["payment_expiration_threshold"] = JsonNode.Parse(threshold) },
        }),
    });
}
