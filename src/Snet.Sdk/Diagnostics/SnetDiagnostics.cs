namespace Snet.Sdk.Diagnostics;

/// <summary>The SDK's name for tracing and metrics: subscribe to it to see every call and what it cost.</summary>
public static class SnetDiagnostics
{
    /// <summary>The name of the activity source and of the meter.</summary>
    /// <remarks>
    /// Activities and <c>rpc.client.call.duration</c> (seconds) follow OpenTelemetry's conventions for RPC; <c>snet.client.calls.paid</c> counts paid calls and
    /// <c>snet.client.payment.amount</c> adds up what they cost, in cogs; <c>snet.client.queue.time</c> (seconds) is how long calls wait for a payment channel or their free call,
    /// <c>snet.client.queue.length</c> how many wait now.
    /// </remarks>
    public const string Name = "Snet.Sdk";
}
