namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A mapping in a contract's storage: each key has its value as of each block.</summary>
internal sealed class StateMap<TKey, TValue>
    where TKey : notnull
{
    private readonly Dictionary<TKey, List<(long Block, TValue Value)>> _histories = [];
    private readonly WorldState _world;
    private readonly TValue _absent;
    private readonly int _slots;

    /// <summary>Makes an empty one.</summary>
    /// <param name="world">The state that it is a part of.</param>
    /// <param name="absent">The value of a key that was never written.</param>
    /// <param name="slots">How many storage slots a value takes, for its gas; 0 for what is no contract's.</param>
    public StateMap(WorldState world, TValue absent, int slots = 1)
    {
        (_world, _absent, _slots) = (world, absent, slots);
        world.OnCreate(lastBlock =>
        {
            foreach (var history in _histories.Values)
                history.RemoveAll(entry => entry.Block > lastBlock);
        });
    }

    /// <summary>The value as of the world's block.</summary>
    public TValue this[TKey key]
    {
        get
        {
            _world.OnRead(_slots);
            return Find(key, out var history) is var index && index >= 0 ? history![index].Value : _absent;
        }
        set => Write(key, value);
    }

    // The index of the last entry that the world's block knows; -1 for none.
    private int Find(TKey key, out List<(long Block, TValue Value)>? history) =>
        _histories.TryGetValue(key, out history) ? history.FindLastIndex(entry => entry.Block <= _world.Block) : -1;

    private void Write(TKey key, TValue value)
    {
        var index = Find(key, out var history);
        if (history is null)
            _histories[key] = history = [];
        var before = index >= 0 ? history[index].Value : _absent;
        var isNew = _slots > 0 && EqualityComparer<TValue>.Default.Equals(before, _absent);
        if (index >= 0 && history[index].Block == _world.Block)
        {
            _world.OnWrite(_slots, isNew, () => history[index] = (history[index].Block, before));
            history[index] = (_world.Block, value);
            return;
        }

        _world.OnWrite(_slots, isNew, () => history.RemoveAt(index + 1));
        history.Insert(index + 1, (_world.Block, value));
    }
}
