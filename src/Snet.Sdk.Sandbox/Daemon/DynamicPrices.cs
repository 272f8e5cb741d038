using System.Numerics;
using Google.Protobuf.Reflection;
using Pricing;
using Snet.Grpc;
using Snet.Protobuf;
using Snet.Sdk.Sandbox.Daemon.Payments;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Methods whose price the service names itself, for each request anew (protocol a.6).</summary>
/// <remarks>Of several proto files the real daemon keeps the map of an arbitrary one; here all of them count, so that it is the same at
/// each start.</remarks>
internal sealed class DynamicPrices : IDisposable
{
    private const string Extension = "pricing.my_method_option";
    private const string Field = "estimatePriceMethod";

    private readonly DaemonParts _parts;
    private readonly ServiceConnection _service;
    private readonly Dictionary<string, string> _pricingMethods;

    /// <summary>Finds the methods with the option; none when the operator has not switched dynamic pricing on.</summary>
    public DynamicPrices(DaemonParts parts)
    {
        _parts = parts;
        _service = new ServiceConnection(parts.Configuration.ServiceEndpoint, parts.Configuration.MaxMessageSize);
        _pricingMethods = parts.Configuration.DynamicPricing
            ? parts.Metadata.ProtoFiles.SelectMany(file => Read(file.Key, file.Value)).ToDictionary(StringComparer.Ordinal)
            : [];
    }

    /// <summary>Asks for the price of a request.</summary>
    /// <returns>The price in cogs; null when the method has no dynamic price.</returns>
    /// <exception cref="GrpcException">The pricing method failed.</exception>
    public async Task<BigInteger?> FindAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        if (!_pricingMethods.TryGetValue(request.Method, out var pricingMethod))
            return null;
        // It gets the first message and all headers. Its request is never ended, and it has no deadline but the client's.
        var call = _service.Start(pricingMethod, request.Headers, cancellationToken);
        await using (call.ConfigureAwait(false))
        {
            ReadOnlyMemory<byte>? answer;
            try
            {
                await call.WriteAsync(request.FirstMessage).ConfigureAwait(false);
                answer = await call.ReadAsync().ConfigureAwait(false);
            }
            catch (GrpcException e) when (ServiceConnection.IsUnreachable(e))
            {
                throw _parts.State.End(
                    $"A paid call of {request.Method}, whose price the service names itself, ends the daemon's process "
                    + "while the service cannot be reached (e.7).");
            }
            catch (GrpcException e)
            {
                throw DaemonRefusals.Internal(_service.Describe(e));
            }

            return answer is { } bytes ? PriceInCogs.Parser.ParseFrom(bytes.Span).Price : throw DaemonRefusals.Internal("EOF");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _service.Dispose();

    // The file alone: what it imports may be missing, and the daemon does not need it for this.
    private static IEnumerable<KeyValuePair<string, string>> Read(string name, string text)
    {
        var file = ProtoParser.Parse(name, text).Proto;
        var package = file.Package.Length > 0 ? file.Package + "." : "";
        return from service in file.Service
               from method in service.Method
               from option in method.Options?.UninterpretedOption ?? []
               where Names(option)
               select KeyValuePair.Create($"/{package}{service.Name}/{method.Name}", option.StringValue.ToStringUtf8());
    }

    private static bool Names(UninterpretedOption option) =>
        option.Name is [{ IsExtension: true } extension, { IsExtension: false } field]
        && extension.NamePart_.TrimStart('.') == Extension && field.NamePart_ == Field;
}
