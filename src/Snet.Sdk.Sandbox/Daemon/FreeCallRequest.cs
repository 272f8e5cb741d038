using System.Numerics;
using System.Text;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What somebody who wants to use a free call says (protocol c.2 row 5).</summary>
internal sealed class FreeCallRequest
{
    /// <summary>Takes a request and reads its token: a signature, <c>_</c>, and the decimal number of the block in which it ends.</summary>
    /// <param name="address">The user's address as text, as sent.</param>
    /// <param name="userId">The user id; empty for none.</param>
    /// <param name="block">The block of the signature.</param>
    /// <param name="signature">The user's signature.</param>
    /// <param name="token">The token's bytes.</param>
    /// <exception cref="FormatException">The token cannot be read; the message is the daemon's.</exception>
    public FreeCallRequest(string address, string userId, BigInteger block, byte[] signature, byte[] token)
    {
        (Address, UserId, Block, Signature, Token) = (address, userId, block, signature, token);
        var separator = token.AsSpan().LastIndexOf((byte)'_'); // the last one: the bytes of the signature may hold the same value
        if (separator < 0)
            throw new FormatException("no '_' found");
        TokenSignature = token[..separator];
        TokenExpiration = GoNumber.TryParseDecimal(Encoding.Latin1.GetString(token.AsSpan(separator + 1)), out var expiration)
            ? expiration
            : throw new FormatException("invalid block number");
    }

    /// <summary>The user's address as text, as sent.</summary>
    public string Address { get; }

    /// <summary>The address's 20 bytes.</summary>
    public EthereumAddress User => GoAddress.Parse(Address);

    /// <summary>The user id; empty for none.</summary>
    public string UserId { get; }

    /// <summary>The block of the signature.</summary>
    public BigInteger Block { get; }

    /// <summary>The user's signature.</summary>
    public byte[] Signature { get; }

    /// <summary>The token's bytes.</summary>
    public byte[] Token { get; }

    /// <summary>The signature in the token.</summary>
    public byte[] TokenSignature { get; }

    /// <summary>The last block in which the token is good.</summary>
    public BigInteger TokenExpiration { get; }
}
