namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A transaction's gas limit was too low.</summary>
internal sealed class OutOfGasException : Exception;
