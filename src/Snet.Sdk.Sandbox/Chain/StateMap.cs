namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A mapping in a contract's storage: each key has its value as of each block.</summary>
/// <param name="world">The state that it is a part of.</param>
/// <param name="absent">The value of a key that was never written.</param>
/// <param name="slots">How many storage slots a value takes, for its gas; 0 for what is no contract's.</param>
internal sealed class StateMap<TKey, TValue>(WorldState world, TValue absent, int slots = 1)
    where TKey : notnull
{
    private readonly Dictionary<TKey, List<(long Block, TValue Value)>> _histories = [];

    /// <summary>The value as of the world's block.</summary>
    public TValue this[TKey key]
    {
        get
        {
            world.OnRead(slots);
            return Find(key, out var history) is var index && index >= 0 ? history![index].Value : absent;
        }
        set => Write(key, value);
    }

    // The index of the last entry that the world's block knows; -1 for none.
    private int Find(TKey key, out List<(long Block, TValue Value)>? history) =>
        _histories.TryGetValue(key, out history) ? history.FindLastIndex(entry => entry.Block <= world.Block) : -1;

    private void Write(TKey key, TValue value)
    {
        var index = Find(key, out var history);
        if (history is null)
            _histories[key] = history = [];
        var before = index >= 0 ? history[index].Value : absent;
        var isNew = slots > 0 && EqualityComparer<TValue>.Default.Equals(before, absent);
        if (index >= 0 && history[index].Block == world.Block)
        {
            world.OnWrite(slots, isNew, () => history[index] = (history[index].Block, before));
            history[index] = (world.Block, value);
            return;
        }

        world.OnWrite(slots, isNew, () => history.RemoveAt(index + 1));
        history.Insert(index + 1, (world.Block, value));
    }
}
