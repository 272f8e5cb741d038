using System.Collections.Concurrent;
using System.Numerics;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What a user asked for once: one request message, one agreed price. Everything that leaves the client meanwhile is for it.</summary>
/// <param name="Name">The method.</param>
/// <param name="Agreed">The most that may be taken for it, in cogs.</param>
internal sealed record UserCall(string Name, Func<BigInteger> Agreed)
{
    private static readonly AsyncLocal<UserCall?> Flowing = new();

    /// <summary>The call that this code runs for.</summary>
    public static UserCall? Current => Flowing.Value;

    /// <summary>Whether it draws on what was paid ahead, so that nothing is signed for it.</summary>
    public bool Draws { get; init; }

    /// <summary>What was signed for it, in order.</summary>
    public ConcurrentQueue<SentPayment> Sent { get; } = new();

    /// <summary>Runs the user's call.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        Flowing.Value = this;
        return await call();
    }

    public override string ToString() => Name;
}
