namespace Snet.Sdk.Sandbox.Faults;

/// <summary>A fault that was ordered. It strikes as often as was asked for, or until it is disposed, which lifts it.</summary>
/// <remarks>Faults of one part strike in the order in which they were ordered, and several can strike one call: a slow answer that is then lost, for instance.</remarks>
public sealed class Fault : IDisposable
{
    /// <summary>For the parameter <c>times</c> of every fault: it strikes until it is disposed.</summary>
    public const int UntilLifted = int.MaxValue;

    private readonly Action<Fault> _lift;
    private int _lifted;
    private int _struck;

    internal Fault(Action<Fault> lift) => _lift = lift;

    /// <summary>How many calls it has struck so far. A test can see by it that its fault came about.</summary>
    public int Struck => Volatile.Read(ref _struck);

    /// <summary>Lifts the fault: the next call is answered as always. A call that is struck already stays so.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _lifted, 1) == 0)
            _lift(this);
    }

    internal int Strike() => Interlocked.Increment(ref _struck);
}
