using Snet.Ethereum;

namespace Snet.Sdk.Discovery;

/// <summary>How a service is reached and paid within one payment group.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="Id">The group's id: base64 of 32 bytes.</param>
/// <param name="Endpoints">Daemons that serve it; <c>http</c> is HTTP/2 without TLS.</param>
/// <param name="Pricing">What its methods cost.</param>
/// <param name="FreeCalls">How many calls each user has free.</param>
/// <param name="FreeCallSigner">Who signs free-call tokens; null when none are offered.</param>
public sealed record ServiceGroup(
    string Name, string Id, IReadOnlyList<Uri> Endpoints, ServicePricing Pricing, long FreeCalls, EthereumAddress? FreeCallSigner);
