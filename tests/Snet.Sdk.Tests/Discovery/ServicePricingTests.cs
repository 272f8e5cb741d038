using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Snet.Sdk.Discovery;
using Snet.Tests;

namespace Snet.Sdk.Tests.Discovery;

public sealed class ServicePricingTests
{
    private static IEnumerable<TestCaseData> Cases() =>
        TestData.Vectors("pricing.json").GetProperty("cases").EnumerateArray()
            .Select(c => new TestCaseData(c).SetArgDisplayNames(c.GetProperty("name").GetString()!));

    [TestCaseSource(nameof(Cases))]
    public void FindPrice_GoldenCase_IsTheDaemonsPrice(JsonElement c)
    {
        var pricing = ServicePricing.Read(c.GetProperty("pricing"));

        foreach (var lookup in c.GetProperty("lookups").EnumerateObject())
        {
            var expected = lookup.Value.GetString() is { } text ? BigInteger.Parse(text, CultureInfo.InvariantCulture) : default(BigInteger?);
            (pricing.FindPrice(lookup.Name)?.Cogs).ShouldBe(expected, lookup.Name);
        }
    }

    [Test]
    public void FindPrice_PriceAbove64Bits_IsExact()
    {
        var big = TestData.Vectors("pricing.json").GetProperty("big_price_json_text");
        using var document = JsonDocument.Parse($"[{big.GetProperty("json").GetString()}]");

        ServicePricing.Read(document.RootElement).FindPrice("/any/method")!.Value.Cogs
            .ShouldBe(BigInteger.Parse(big.GetProperty("price").GetString()!, CultureInfo.InvariantCulture));
    }
}
