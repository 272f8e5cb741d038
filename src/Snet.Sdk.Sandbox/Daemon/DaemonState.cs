using System.Collections.Concurrent;
using System.Numerics;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Whether the daemon takes calls, and what ended it.</summary>
internal sealed class DaemonState
{
    private readonly ConcurrentQueue<SandboxViolationException> _violations = new();
    private volatile bool _ended;

    /// <summary>Whether streams are let through; operators stop and start it.</summary>
    public bool Processing { get; set; } = true;

    /// <summary>A price for service methods instead of the metadata's, in cogs, while a fault wants it; null otherwise.</summary>
    public BigInteger? OtherPrice { get; set; }

    /// <summary>What a payment waits for before it is stored, while a fault holds the daemon's storage; null otherwise.</summary>
    public Func<Task>? StorageHeld { get; set; }

    /// <summary>Everything that would have ended or wedged the real daemon, in order.</summary>
    public IReadOnlyList<SandboxViolationException> Violations => [.. _violations];

    /// <summary>Whether the process has ended.</summary>
    public bool HasEnded => _ended;

    /// <summary>Refuses every call once the process has ended.</summary>
    /// <exception cref="GrpcException">It has.</exception>
    public void ThrowIfEnded()
    {
        if (_ended)
            throw new GrpcException(GrpcStatus.Unavailable, $"The real daemon's process has ended: {_violations.First().Message}");
    }

    /// <summary>Records a request that ends the real daemon's process; from now on every call is refused (protocol e.7).</summary>
    /// <param name="rule">What the client must not send, and what it does to the daemon.</param>
    /// <returns>What the call itself gets.</returns>
    public GrpcException End(string rule)
    {
        _violations.Enqueue(new SandboxViolationException(rule));
        _ended = true;
        return new GrpcException(GrpcStatus.Unavailable, $"The real daemon's process ends here: {rule}");
    }

    /// <summary>Records a request that leaves the real daemon alive but damaged (protocol e.7).</summary>
    /// <param name="rule">What the client must not do, and what it does to the daemon.</param>
    public void Wedge(string rule) => _violations.Enqueue(new SandboxViolationException(rule));
}
