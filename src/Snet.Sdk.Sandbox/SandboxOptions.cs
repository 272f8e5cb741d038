using System.Text.Json.Nodes;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Sandbox;

/// <summary>What kind of platform <see cref="SnetSandbox"/> starts. The defaults are what a first run wants.</summary>
public sealed class SandboxOptions
{
    /// <summary>The daemon's release; 6.0 by default, the newest on which an upload works.</summary>
    public SandboxDaemonVersion DaemonVersion { get; init; } = SandboxDaemonVersion.V6_0;

    /// <summary>A real node's JSON-RPC endpoint to work on; null (the default) starts a chain of the sandbox's own.</summary>
    /// <remarks>
    /// The node must have the platform's contracts at their addresses on Sepolia, ether on the accounts of the mnemonic <c>test test … junk</c>
    /// (Anvil and Hardhat give it), and tokens on accounts 1 to 5 if they are to pay. The organization and its service are published there.
    /// </remarks>
    public Uri? ChainEndpoint { get; init; }

    /// <summary>The clock of chain, daemon and provider; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Contracts and accounts on <see cref="ChainEndpoint"/>; null for what its remarks name.</summary>
    internal OutsideChain? Outside { get; init; }

    /// <summary>The group's payment expiration threshold, in blocks.</summary>
    internal long Threshold { get; init; } = 40_320;

    /// <summary>Members that replace those of the service metadata's group, such as <c>pricing</c>.</summary>
    internal JsonObject? Group { get; init; }

    /// <summary>Whether the service <c>Priced</c> exists, whose methods name their price by a call.</summary>
    internal bool DynamicPricing { get; init; }

    /// <summary>The daemon's settings by the daemon's own names; absent ones keep the daemon's defaults.</summary>
    internal JsonObject DaemonConfig { get; init; } = [];

    /// <summary>Whether the sample service answers as in the recorded scenarios; by default it answers as in the integration guide.</summary>
    internal bool RecordedAnswers { get; init; }
}
