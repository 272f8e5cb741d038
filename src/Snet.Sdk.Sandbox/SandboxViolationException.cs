namespace Snet.Sdk.Sandbox;

/// <summary>A client sent what ends or wedges the real daemon. The client is to be mended, not the test.</summary>
public sealed class SandboxViolationException : Exception
{
    internal SandboxViolationException(string rule)
        : base(rule)
    {
    }
}
