namespace Snet.Sdk.Sandbox.Faults;

/// <summary>What stands before one part of the sandbox: every call passes it, and the faults that were ordered strike there.</summary>
/// <typeparam name="T">A call as the part sees it.</typeparam>
internal sealed class FaultGate<T>
{
    private readonly Lock _lock = new();
    private readonly List<Order> _orders = [];

    /// <summary>Orders a fault.</summary>
    /// <param name="times">How many calls it strikes; at least 1.</param>
    /// <param name="strikes">Whether a call is one of those.</param>
    /// <param name="act">What happens to the call instead of the rest of its way, which it is given.</param>
    public Fault Add(int times, Func<T, bool> strikes, Func<T, Func<Task>, Task> act)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        var fault = new Fault(Remove);
        lock (_lock)
            _orders.Add(new Order(fault, times, strikes, act));
        return fault;
    }

    /// <summary>Lets a call go its way, through the faults that strike it.</summary>
    public Task PassAsync(T call, Func<Task> way)
    {
        foreach (var act in Enumerable.Reverse(Take(call)))
        {
            var rest = way;
            way = () => act(call, rest);
        }

        return way();
    }

    /// <summary>Gives the faults that strike a call; each counts it.</summary>
    public List<Func<T, Func<Task>, Task>> Take(T call)
    {
        lock (_lock)
        {
            var struck = _orders.FindAll(order => order.Strikes(call));
            _orders.RemoveAll(order => struck.Contains(order) && order.Fault.Strike() >= order.Times);
            return struck.ConvertAll(order => order.Act);
        }
    }

    private void Remove(Fault fault)
    {
        lock (_lock)
            _orders.RemoveAll(order => order.Fault == fault);
    }

    private sealed record Order(Fault Fault, int Times, Func<T, bool> Strikes, Func<T, Func<Task>, Task> Act);
}
