using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Daemon.Payments;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What service methods cost, by the first default element of the metadata's pricing (protocol a.6).</summary>
internal sealed class Prices : IDisposable
{
    private readonly DaemonParts _parts;
    private readonly DynamicPrices _dynamic;
    private readonly bool _isFixed;
    private readonly BigInteger? _fixed;
    private readonly Dictionary<string, BigInteger?> _perMethod = new(StringComparer.Ordinal);

    /// <summary>Reads the prices.</summary>
    /// <exception cref="InvalidOperationException">There is no default element, or its model is not known; the daemon does not start
    /// then.</exception>
    public Prices(DaemonParts parts)
    {
        (_parts, _dynamic) = (parts, new DynamicPrices(parts));
        var pricing = parts.Metadata.ServiceGroup["pricing"]?.AsArray().FirstOrDefault(element => (bool?)element?["default"] == true)
            ?? throw new InvalidOperationException("The service's metadata has no default pricing.");
        switch ((string?)pricing["price_model"])
        {
            case "fixed_price":
                _isFixed = true;
                _fixed = Cogs(pricing);
                break;
            case "fixed_price_per_method":
                ReadMethods(pricing);
                break;
            default:
                throw new InvalidOperationException($"The price model '{pricing["price_model"]}' is not known.");
        }
    }

    /// <summary>Gives the price of a call, in cogs.</summary>
    /// <exception cref="GrpcException">The method has none, or the service did not name one (e.3 #14).</exception>
    public async Task<BigInteger> GetAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        if (_parts.State.OtherPrice is { } other)
            return other;
        if (await _dynamic.FindAsync(request, cancellationToken).ConfigureAwait(false) is { } named)
            return named;
        var price = _fixed;
        if (!_isFixed && !_perMethod.TryGetValue(request.Method, out price))
            throw DaemonRefusals.Internal($"price is not defined for the Method {request.Method}");
        return price ?? throw _parts.State.End("A paid call whose fixed price has no price_in_cogs ends the daemon's process (e.7).");
    }

    /// <inheritdoc/>
    public void Dispose() => _dynamic.Dispose();

    private void ReadMethods(JsonNode pricing)
    {
        var package = (string?)pricing["package_name"] is { Length: > 0 } name ? name + "." : "";
        foreach (var service in pricing["details"]!.AsArray())
        {
            foreach (var method in service!["method_pricing"]!.AsArray())
                _perMethod[$"/{package}{service["service_name"]}/{method!["method_name"]}"] = Cogs(method); // the later one of two counts
        }
    }

    // A JSON integer of any size; its text, since no number type of the parser holds it. Null when there is none.
    private static BigInteger? Cogs(JsonNode element) => element["price_in_cogs"] is { } price
        ? BigInteger.Parse(price.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
        : null;
}
