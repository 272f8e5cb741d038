namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The daemon's node did not answer. Each caller puts its own words before the detail (protocol e.3 #6 and #11, e.5).</summary>
internal sealed class DaemonChainException(string detail, Exception innerException) : Exception(detail, innerException);
