using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Finds signers as the daemon does: it takes the last byte modulo 27, and four values of it (protocol c.1).</summary>
internal static class SignatureCheck
{
    /// <summary>What an unusable signature is called where the daemon tells the reason.</summary>
    public const string WrongLength = "incorrect signature length", WrongData = "incorrect signature data";

    /// <summary>What a signature of somebody else gets.</summary>
    public static string WrongSigner(EthereumAddress recovered) =>
        $"the address: {recovered} does not match to what has been expected / registered";

    /// <summary>Finds who signed a hash as an Ethereum message.</summary>
    /// <param name="hash">32 bytes: the Keccak hash of the packed parts.</param>
    /// <param name="signature">As sent.</param>
    /// <param name="signer">The signer, or the zero address.</param>
    /// <returns>Null when it went well; otherwise <see cref="WrongLength"/> or <see cref="WrongData"/>.</returns>
    public static string? TryRecover(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, out EthereumAddress signer)
    {
        signer = default;
        if (signature.Length != Secp256k1.SignatureSize)
            return WrongLength;
        // 4 and 5 are the key library's mark of a compressed key, and mean 0 and 1.
        var v = signature[64] % 27;
        if (v is not (0 or 1 or 4 or 5))
            return WrongData;
        if (EthereumMessage.RecoverHash(EthereumMessage.Hash(hash), signature[..64], v & 1) is not { } found)
            return WrongData;
        signer = found;
        return null;
    }
}
