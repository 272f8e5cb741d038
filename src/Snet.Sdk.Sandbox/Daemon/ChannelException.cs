namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>A channel cannot be used for a payment; the message is the detail that every caller puts behind its own words (protocol e.3
/// #6).</summary>
internal sealed class ChannelException(string detail) : Exception(detail);
