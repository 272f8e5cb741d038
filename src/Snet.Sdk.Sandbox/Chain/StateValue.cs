namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A single value in a contract's storage.</summary>
internal sealed class StateValue<T>(WorldState world, T initial, int slots = 1)
{
    private readonly StateMap<int, T> _map = new(world, initial, slots);

    /// <summary>The value as of the world's block.</summary>
    public T Value
    {
        get => _map[0];
        set => _map[0] = value;
    }
}
