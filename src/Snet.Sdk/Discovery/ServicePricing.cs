using System.Numerics;
using System.Text.Json;

namespace Snet.Sdk.Discovery;

/// <summary>What the methods of a service cost, as its metadata says (protocol a.6).</summary>
/// <remarks>Only the first element marked as default counts, as with the daemon. Training steps are priced by the provider instead.</remarks>
public sealed class ServicePricing
{
    private readonly TokenAmount? _fixed;
    private readonly IReadOnlyDictionary<string, TokenAmount> _methods;

    /// <summary>Describes a service whose methods all cost the same, or each its own.</summary>
    /// <param name="fixedPrice">The price of every method; null when there is none.</param>
    /// <param name="methodPrices">Prices by full method path (<c>/package.Service/method</c>, case-sensitive), used when there is no fixed one.</param>
    public ServicePricing(TokenAmount? fixedPrice, IReadOnlyDictionary<string, TokenAmount>? methodPrices = null) =>
        (_fixed, _methods) = (fixedPrice, methodPrices ?? new Dictionary<string, TokenAmount>());

    /// <summary>Gives a method's price.</summary>
    /// <param name="methodPath">The full path, <c>/package.Service/method</c>.</param>
    /// <returns>The price; null when the metadata names none, and the daemon will refuse the call.</returns>
    public TokenAmount? FindPrice(string methodPath) =>
        _fixed ?? (_methods.TryGetValue(methodPath, out var price) ? price : null);

    internal static ServicePricing Read(JsonElement pricing)
    {
        if (pricing.ValueKind != JsonValueKind.Array)
            return new ServicePricing(null);
        foreach (var element in pricing.EnumerateArray().Where(e => MetadataJson.Flag(e, "default")))
        {
            return MetadataJson.Text(element, "price_model") == "fixed_price"
                ? new ServicePricing(ReadPrice(element))
                : new ServicePricing(null, ReadMethods(element));
        }

        return new ServicePricing(null);
    }

    // A method that is named twice has the later price.
    private static Dictionary<string, TokenAmount> ReadMethods(JsonElement element)
    {
        var package = MetadataJson.Text(element, "package_name");
        var prices = new Dictionary<string, TokenAmount>(StringComparer.Ordinal);
        foreach (var service in MetadataJson.Items(element, "details"))
        {
            var name = MetadataJson.Text(service, "service_name");
            foreach (var method in MetadataJson.Items(service, "method_pricing"))
            {
                if (ReadPrice(method) is { } price)
                    prices[$"/{(package.Length == 0 ? name : $"{package}.{name}")}/{MetadataJson.Text(method, "method_name")}"] = price;
            }
        }

        return prices;
    }

    private static TokenAmount? ReadPrice(JsonElement element) =>
        MetadataJson.Integer(element, "price_in_cogs") is { } cogs && cogs >= BigInteger.Zero ? TokenAmount.FromCogs(cogs) : null;
}
