using System.Buffers.Binary;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A contract's behaviour in C#: functions by their selectors. What Solidity checks by itself is checked here.</summary>
/// <param name="address">Where it stands.</param>
internal abstract class Contract(EthereumAddress address)
{
    private readonly Dictionary<uint, (AbiFunction Function, Func<Call, object[], object[]> Run)> _functions = [];

    /// <summary>Where it stands.</summary>
    public EthereumAddress Address { get; } = address;

    /// <summary>Runs a function.</summary>
    /// <param name="call">The call.</param>
    /// <param name="callData">Selector and arguments.</param>
    /// <returns>The encoded answer.</returns>
    /// <exception cref="RevertException">The contract refuses; without a text when there is no such function or its arguments are malformed.</exception>
    public byte[] Run(Call call, ReadOnlySpan<byte> callData)
    {
        if (callData.Length < 4 || !_functions.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(callData), out var entry))
            throw new RevertException(null);
        return entry.Function.EncodeAnswer(entry.Run(call, ReadArguments(entry.Function, callData)));
    }

    /// <summary>Adds a function that answers with values.</summary>
    protected void On(AbiFunction function, Func<Call, object[], object[]> run) =>
        _functions.Add(BinaryPrimitives.ReadUInt32BigEndian(function.Selector), (function, run));

    /// <summary>Adds a function that answers with nothing.</summary>
    protected void On(AbiFunction function, Action<Call, object[]> run) =>
        On(function, (call, arguments) =>
        {
            run(call, arguments);
            return [];
        });

    private static object[] ReadArguments(AbiFunction function, ReadOnlySpan<byte> callData)
    {
        try
        {
            return function.DecodeArguments(callData);
        }
        catch (FormatException)
        {
            throw new RevertException(null);
        }
    }
}
