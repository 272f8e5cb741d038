using Snet.Ethereum;

namespace Snet.Sdk.Discovery;

/// <summary>Where an organization wants to be paid.</summary>
/// <param name="Name">The group's name, which joins it with a service's group.</param>
/// <param name="Id">The group's id: base64 of 32 bytes.</param>
/// <param name="PaymentAddress">Who receives the payments of its channels.</param>
/// <param name="PaymentExpirationThreshold">How many blocks before its end a channel is no longer accepted.</param>
public sealed record PaymentGroup(string Name, string Id, EthereumAddress PaymentAddress, long PaymentExpirationThreshold);
