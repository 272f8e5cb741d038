using System.Text;

namespace Snet.Ethereum;

/// <summary>A contract's function: its call data and its answer.</summary>
internal sealed class AbiFunction
{
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    /// <summary>Describes a function.</summary>
    /// <param name="signature">Name and argument types, as <c>deposit(uint256)</c>.</param>
    /// <param name="outputs">The types that it answers with.</param>
    public AbiFunction(string signature, params string[] outputs)
    {
        Signature = signature;
        _inputs = AbiEvent.Types(signature);
        _outputs = outputs;
        Selector = Keccak256.Hash(Encoding.ASCII.GetBytes(signature))[..4];
    }

    /// <summary>Name and argument types.</summary>
    public string Signature { get; }

    /// <summary>The four bytes that call data begins with.</summary>
    public byte[] Selector { get; }

    /// <summary>The types that it answers with.</summary>
    public IReadOnlyList<string> Outputs => _outputs;

    /// <summary>Makes call data.</summary>
    public byte[] Encode(params object[] arguments) => [.. Selector, .. Abi.Encode(_inputs, arguments)];

    /// <summary>Reads an answer.</summary>
    /// <exception cref="FormatException">The answer is not of the function's types; empty data means that no contract is at the address.</exception>
    public object[] Decode(ReadOnlySpan<byte> answer) => Abi.Decode(_outputs, answer);

    /// <summary>Reads the arguments of call data.</summary>
    /// <exception cref="FormatException">The call data is of another function or malformed.</exception>
    public object[] DecodeArguments(ReadOnlySpan<byte> callData) => callData.StartsWith(Selector)
        ? Abi.Decode(_inputs, callData[Selector.Length..])
        : throw new FormatException($"The call data is not of {Signature}.");

    /// <summary>Encodes an answer; what a contract does.</summary>
    public byte[] EncodeAnswer(params object[] values) => Abi.Encode(_outputs, values);
}
