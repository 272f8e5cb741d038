using Snet.Ethereum;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Who takes part in a scenario: the platform's accounts, strangers, and keys that are new in every scenario.</summary>
internal sealed class Actors : IDisposable
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["alice"] = TestKeys.Alice.Key, ["bob"] = TestKeys.Bob.Key, ["carol"] = TestKeys.Carol.Key, ["dave"] = TestKeys.Dave.Key,
        ["erin"] = TestKeys.Erin.Key, ["daemon"] = TestKeys.Daemon.Key, ["freecall"] = TestKeys.FreeCall.Key,
        ["provider"] = TestKeys.Provider.Key, ["stranger"] = RepeatedByte(0x42), ["outsider"] = RepeatedByte(0x43),
    };

    private static readonly string[] New = ["new1", "new2", "new3"];

    private readonly Dictionary<string, PrivateKey> _keys = new(StringComparer.Ordinal);

    /// <summary>Gives an actor's key, or null when nobody has that name.</summary>
    public PrivateKey? Find(string name)
    {
        if (_keys.TryGetValue(name, out var key))
            return key;
        if (Known.TryGetValue(name, out var known))
            return _keys[name] = PrivateKey.Parse(known);
        return New.Contains(name) ? Create(name) : null;
    }

    /// <summary>Gives an actor's key; the name may be written as a variable.</summary>
    /// <exception cref="ScenarioException">Nobody has that name.</exception>
    public PrivateKey Get(string name) => Find(name.TrimStart('$')) ?? throw new ScenarioException($"there is no actor '{name}'");

    /// <summary>Brings a new actor in; one of the same name leaves.</summary>
    public PrivateKey Create(string name) => _keys[name] = PrivateKey.Create();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }

    private static string RepeatedByte(byte value) => Hex.Encode(Enumerable.Repeat(value, 32).ToArray());
}
