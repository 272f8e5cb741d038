using System.Text.Json.Nodes;
using Snet.Sdk;

namespace Snet.Benchmarks.Soak;

/// <summary>What the methods cost, as published so far.</summary>
internal sealed class SoakPrices
{
    /// <summary>The prices at the start, in cogs.</summary>
    public static readonly IReadOnlyDictionary<string, int> First = new Dictionary<string, int> { ["add"] = 5, ["mul"] = 7, ["fail"] = 4 };

    private readonly Lock _lock = new();
    private readonly List<int> _later = []; // one for all methods

    /// <summary>Notes that all methods cost this from now on.</summary>
    public void Publish(int cogs)
    {
        lock (_lock)
            _later.Add(cogs);
    }

    public bool WasPublished(string method, TokenAmount price)
    {
        lock (_lock)
            return price.Cogs == First[method] || _later.Exists(later => price.Cogs == later);
    }

    public int Highest(string method)
    {
        lock (_lock)
            return _later.Append(First[method]).Max();
    }

    /// <summary>One price for all methods.</summary>
    public static IReadOnlyDictionary<string, int> All(int cogs) => First.ToDictionary(price => price.Key, _ => cogs);

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
}
