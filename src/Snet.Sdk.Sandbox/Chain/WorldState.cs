namespace Snet.Sdk.Sandbox.Chain;

/// <summary>Everything that a chain knows, as of each of its blocks. Whoever uses it holds the ledger's lock.</summary>
/// <remarks>Values live in <see cref="StateMap{TKey,TValue}"/>s, which write down how to undo each change.</remarks>
internal sealed class WorldState
{
    // The price list of storage and computing on Ethereum, rounded: what is new, what is changed, what is read.
    private const long NewSlotGas = 20_000;
    private const long ChangedSlotGas = 5_000;
    private const long ReadSlotGas = 2_100;

    private readonly Stack<Action> _undo = new();
    private readonly List<Action<long>> _histories = [];

    /// <summary>The block as of which values are read and written.</summary>
    public long Block { get; private set; }

    /// <summary>What a running transaction has used; null when nothing runs, and storage is free.</summary>
    public GasMeter? Meter { get; private set; }

    /// <summary>Reads as of a block, and takes back whatever the reader changes.</summary>
    public T Try<T>(long block, GasMeter meter, Func<T> action)
    {
        var (before, keep) = (Block, _undo.Count);
        (Block, Meter) = (block, meter);
        try
        {
            return action();
        }
        finally
        {
            UndoTo(keep);
            (Block, Meter) = (before, null);
        }
    }

    /// <summary>Changes values in a block; a contract's refusal takes back the changes, and is answered.</summary>
    /// <returns>What went wrong; null when all went well.</returns>
    public Exception? Change(long block, GasMeter meter, Action action)
    {
        (Block, Meter) = (block, meter);
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is RevertException or OutOfGasException)
        {
            UndoTo(0);
            return e;
        }
        finally
        {
            _undo.Clear();
            Meter = null;
        }
    }

    /// <summary>Changes values in a block by decree: no gas, no refusal.</summary>
    public void Set(long block, Action action)
    {
        Block = block;
        action();
        _undo.Clear();
    }

    /// <summary>Forgets every value of later blocks, as if they had not come.</summary>
    public void TakeBack(long lastBlock) => _histories.ForEach(forget => forget(lastBlock));

    internal void OnCreate(Action<long> forgetAfter) => _histories.Add(forgetAfter);

    internal void OnRead(int slots) => Meter?.Use(slots * ReadSlotGas);

    internal void OnWrite(int slots, bool isNew, Action undo)
    {
        if (slots > 0)
            Meter?.Use(isNew ? slots * NewSlotGas : ChangedSlotGas);
        _undo.Push(undo);
    }

    private void UndoTo(int count)
    {
        while (_undo.Count > count)
            _undo.Pop()();
    }
}
