using System.Diagnostics.CodeAnalysis;

namespace Snet.Sdk.Sandbox;

/// <summary>The daemon release whose rules and quirks the sandbox follows.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "A release number reads best with its point, which an underscore stands for.")]
public enum SandboxDaemonVersion
{
    /// <summary>Release 5.2.1: uploads work, free calls do not.</summary>
    V5_2,

    /// <summary>Release 6.0.0: the newest on which an upload works.</summary>
    V6_0,

    /// <summary>Release 6.2.3: an upload always fails there, uncharged; data goes in by link.</summary>
    V6_2,
}
