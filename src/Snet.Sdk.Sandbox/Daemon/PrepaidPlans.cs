using System.Numerics;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What was paid ahead on each channel and what of it is used, in cogs. It belongs to the channel, not to its round, and only
/// grows (protocol h.1).</summary>
internal sealed class PrepaidPlans
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BigInteger, Plan> _plans = [];

    /// <summary>Gives what is planned and used; null when nothing was ever planned.</summary>
    public (BigInteger Planned, BigInteger Used)? Find(BigInteger channel)
    {
        lock (_gate)
            return _plans.TryGetValue(channel, out var plan) && plan.Exists ? (plan.Planned, plan.Used) : null;
    }

    /// <summary>Adds to the plan.</summary>
    public void Add(BigInteger channel, BigInteger amount) =>
        Change(channel, plan => plan with { Exists = true, Planned = plan.Planned + amount });

    /// <summary>Uses part of the plan, when it has so much left.</summary>
    /// <returns>False when it has not.</returns>
    public bool TryUse(BigInteger channel, BigInteger price)
    {
        lock (_gate)
        {
            var plan = _plans.GetValueOrDefault(channel, Plan.None);
            if (plan.Used + price > plan.Planned + plan.Refunded)
                return false;
            _plans[channel] = plan with { Used = plan.Used + price };
            return true;
        }
    }

    /// <summary>Gives back the price of a call that failed. The used amount goes on counting it.</summary>
    public void Refund(BigInteger channel, BigInteger price) => Change(channel, plan => plan with { Refunded = plan.Refunded + price });

    private void Change(BigInteger channel, Func<Plan, Plan> change)
    {
        lock (_gate)
            _plans[channel] = change(_plans.GetValueOrDefault(channel, Plan.None));
    }

    private sealed record Plan(bool Exists, BigInteger Planned, BigInteger Used, BigInteger Refunded)
    {
        public static readonly Plan None = new(false, BigInteger.Zero, BigInteger.Zero, BigInteger.Zero);
    }
}
