namespace Snet.Sdk.Accounts;

/// <summary>The error of a client that only reads.</summary>
internal static class Signers
{
    public static InvalidOperationException Missing() => new(
        $"This needs an account. Set {nameof(SnetClientOptions)}.{nameof(SnetClientOptions.Signer)}, to {nameof(PrivateKeySigner)}.{nameof(PrivateKeySigner.FromEnvironment)}() for instance.");
}
