using System.Text;

namespace Snet.Ethereum;

/// <summary>A contract's event: which topic it has, and what stands in its data.</summary>
internal sealed class AbiEvent
{
    private readonly string[] _types;
    private readonly bool[] _indexed;

    /// <summary>Describes an event.</summary>
    /// <param name="signature">Name and types, as <c>Transfer(address,address,uint256)</c>.</param>
    /// <param name="indexed">The positions of the values that stand in topics.</param>
    public AbiEvent(string signature, params int[] indexed)
    {
        _types = Types(signature);
        _indexed = [.. Enumerable.Range(0, _types.Length).Select(i => indexed.Contains(i))];
        Topic = Hex.Encode(Keccak256.Hash(Encoding.ASCII.GetBytes(signature)));
    }

    /// <summary>The first topic of each such log.</summary>
    public string Topic { get; }

    /// <summary>Reads the values of a log in the order of the signature.</summary>
    /// <exception cref="FormatException">The log is of another event or malformed.</exception>
    public object[] Decode(IReadOnlyList<string> topics, ReadOnlySpan<byte> data)
    {
        if (topics.Count != 1 + _indexed.Count(x => x) || topics[0] != Topic)
            throw new FormatException("The log is of another event.");
        var inData = Abi.Decode([.. _types.Where((_, i) => !_indexed[i])], data);
        var values = new object[_types.Length];
        for (int i = 0, topic = 1, next = 0; i < values.Length; i++)
            values[i] = _indexed[i] ? DecodeTopic(_types[i], topics[topic++]) : inData[next++];
        return values;
    }

    /// <summary>Makes topics and data of values in the order of the signature; what a contract does.</summary>
    public (string[] Topics, byte[] Data) Encode(params object[] values)
    {
        var topics = values.Where((_, i) => _indexed[i]).Zip(_types.Where((_, i) => _indexed[i]), (value, type) => Topic32(type, value));
        var data = Abi.Encode([.. _types.Where((_, i) => !_indexed[i])], [.. values.Where((_, i) => !_indexed[i])]);
        return ([Topic, .. topics], data);
    }

    /// <summary>Encodes one value as a topic, to search for it.</summary>
    public static string Topic32(string type, object value) => Hex.Encode(Abi.Encode([type], [value]));

    private static object DecodeTopic(string type, string topic) => Hex.TryDecode(topic, out var word) && word.Length == 32
        ? Abi.Decode([type], word)[0]
        : throw new FormatException("A topic of the log is not 32 bytes.");

    /// <summary>Gives the types between the brackets of a signature.</summary>
    internal static string[] Types(string signature)
    {
        var inner = signature[(signature.IndexOf('(', StringComparison.Ordinal) + 1)..^1];
        return inner.Length == 0 ? [] : inner.Split(',');
    }
}
