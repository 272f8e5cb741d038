using System.Collections.Concurrent;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Who has made how many free calls, and how many each may make (protocol h.2).</summary>
internal sealed class FreeCalls(DaemonParts parts)
{
    /// <summary>What a user without limit is told to have left.</summary>
    private const ulong Plenty = 99_999_999;

    /// <summary>The allowance of somebody without limit.</summary>
    public const long NoLimit = -1;

    private readonly ConcurrentDictionary<string, long> _made = new(StringComparer.Ordinal);

    /// <summary>The locks of the users: one free call at a time.</summary>
    public KeyLocks Locks { get; } = new();

    /// <summary>Names a user: the address as it was sent, so that another letter case is another user, and the user id.</summary>
    public string KeyOf(string address, string userId) =>
        $"{{ID:{address}/{userId}/{parts.Settings.OrgId}/{parts.Settings.ServiceId}/{parts.Metadata.GroupIdText}}}";

    /// <summary>How many calls a user has made that ended well.</summary>
    public long Made(string key) => _made.GetValueOrDefault(key);

    /// <summary>Counts a call that ended well.</summary>
    public void Count(string key) => _made.AddOrUpdate(key, 1, (_, made) => made + 1);

    /// <summary>How many calls a user may make before one is refused; null for any number.</summary>
    public long? Limit(string address) => Allowance(address) switch
    {
        NoLimit => null,
        0 => parts.Metadata.FreeCalls,
        var own => own, // below zero: none at all
    };

    /// <summary>How many calls a user is told to have left.</summary>
    public ulong Available(string address, string key)
    {
        var own = Allowance(address);
        if (own == NoLimit)
            return Plenty;
        var left = (own > 0 ? own : parts.Metadata.FreeCalls) - Made(key);
        return (ulong)Math.Max(left, 0);
    }

    // The address's own allowance, by its text: 0 for none of its own.
    private long Allowance(string address) => parts.Configuration.FreeCallsPerAddress.GetValueOrDefault(address);
}
