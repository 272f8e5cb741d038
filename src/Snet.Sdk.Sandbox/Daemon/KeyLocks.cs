using System.Collections.Concurrent;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Locks by key that are either free or refused at once: nobody waits (protocol e.3 #5).</summary>
internal sealed class KeyLocks
{
    private readonly ConcurrentDictionary<string, bool> _held = new();

    /// <summary>Takes a lock.</summary>
    /// <returns>False when somebody holds it.</returns>
    public bool TryAcquire(string key) => _held.TryAdd(key, true);

    /// <summary>Frees a lock.</summary>
    public void Release(string key) => _held.TryRemove(key, out _);
}
