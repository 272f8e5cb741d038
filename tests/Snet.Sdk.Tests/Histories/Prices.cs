using System.Text.Json.Nodes;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What the methods cost that histories call: each another amount, one of them nothing.</summary>
internal static class Prices
{
    /// <summary>The prices at the start of each history, in cogs.</summary>
    public static readonly IReadOnlyDictionary<string, int> Published = new Dictionary<string, int>
    {
        ["add"] = 5, ["mul"] = 7, ["wait"] = 0, ["fail"] = 4,
    };

    /// <summary>Writes prices as the members of a service's group.</summary>
    public static JsonObject Metadata(IReadOnlyDictionary<string, int> prices) => new()
    {
        ["pricing"] = new JsonArray(new JsonObject
        {
            ["default"] = true, ["price_model"] = "fixed_price_per_method", ["package_name"] = "service",
            ["details"] = new JsonArray(new JsonObject
            {
                ["service_name"] = "Calculator",
                ["method_pricing"] = new JsonArray([.. prices.Select(price => new JsonObject { ["method_name"] = price.Key, ["price_in_cogs"] = price.Value })]),
            }),
        }),
    };

    /// <summary>All methods at one price, as a daemon's fault has it.</summary>
    public static IReadOnlyDictionary<string, int> All(int cogs) => Published.ToDictionary(price => price.Key, _ => cogs);
}
