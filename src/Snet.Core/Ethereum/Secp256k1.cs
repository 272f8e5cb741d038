using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Snet.Ethereum;

/// <summary>ECDSA over secp256k1, deterministic (RFC 6979) and with low s (EIP-2). All arithmetic is the library's.</summary>
/// <remarks>
/// Limits: the library's numbers are immutable objects on the heap, so copies of a key that it makes last until the garbage collector
/// overwrites them (the arrays made here are wiped); and its arithmetic does not promise to take the same time for every key. Whoever
/// shares a machine with strangers signs with a device or a vault through <c>ISigner</c>.
/// </remarks>
internal static class Secp256k1
{
    /// <summary>The number of bytes of a signature: r, s and the recovery id.</summary>
    public const int SignatureSize = 65;

    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly ECDomainParameters Domain = new(Curve.Curve, Curve.G, Curve.N, Curve.H);
    private static readonly BigInteger HalfN = Curve.N.ShiftRight(1);

    /// <summary>Whether these 32 bytes are a private key: above zero and below the curve's order.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32)
            return false;
        var d = Secret(key);
        return d.SignValue > 0 && d.CompareTo(Curve.N) < 0;
    }

    /// <summary>Gives the public key as X and Y, 64 bytes.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey) =>
        Coordinates(new FixedPointCombMultiplier().Multiply(Curve.G, Secret(privateKey)));

    /// <summary>Gives the public key as 2 or 3 (whether Y is odd) and X, 33 bytes (SEC 1, 2.3.3).</summary>
    public static byte[] CompressedPublicKey(ReadOnlySpan<byte> privateKey)
    {
        var key = PublicKey(privateKey);
        return [(byte)(2 + (key[63] & 1)), .. key.AsSpan(0, 32)];
    }

    /// <summary>Adds a number to a private key, modulo the curve's order, as BIP-32 makes a child of it.</summary>
    /// <returns>32 bytes, to be wiped; null when the number is not below the order or nothing comes out.</returns>
    public static byte[]? AddKeys(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> number)
    {
        var addend = Secret(number);
        var sum = addend.Add(Secret(privateKey)).Mod(Curve.N);
        if (addend.CompareTo(Curve.N) >= 0 || sum.SignValue == 0)
            return null;
        var bytes = new byte[32];
        WriteTo(sum, bytes);
        return bytes;
    }

    /// <summary>Signs a hash.</summary>
    /// <param name="hash">32 bytes.</param>
    /// <param name="privateKey">32 bytes.</param>
    /// <returns>r, s (32 bytes each) and the recovery id, 0 or 1.</returns>
    /// <exception cref="ArgumentException">There are not 32 bytes to sign.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> privateKey)
    {
        if (hash.Length != 32)
            throw new ArgumentException($"A hash of 32 bytes is signed; got {hash.Length} bytes.", nameof(hash));
        var signer = new RecoverableSigner();
        signer.Init(true, new ECPrivateKeyParameters(Secret(privateKey), Domain));
        var parts = signer.GenerateSignature(hash.ToArray());
        var (r, s, odd) = (parts[0], parts[1], signer.LastPointIsOdd);
        if (s.CompareTo(HalfN) > 0) // -s signs as well; the smaller one is the canonical form, and the parity turns with it
            (s, odd) = (Curve.N.Subtract(s), !odd);

        var signature = new byte[SignatureSize];
        WriteTo(r, signature.AsSpan(0, 32));
        WriteTo(s, signature.AsSpan(32, 32));
        signature[64] = odd ? (byte)1 : (byte)0;
        return signature;
    }

    /// <summary>Puts a signature into the form that everybody takes: s in the lower half of the order (EIP-2), v as 27 or 28. It stays the same key's.</summary>
    /// <param name="signature">r, s and v; v is 0, 1, 27 or 28.</param>
    /// <returns>A copy of 65 bytes; null when it is no signature.</returns>
    public static byte[]? Canonical(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize || signature[64] is not (0 or 1 or 27 or 28))
            return null;
        var copy = signature.ToArray();
        copy[64] = (byte)(27 + (signature[64] % 27));
        var s = new BigInteger(1, copy.AsSpan(32, 32).ToArray());
        if (s.CompareTo(Curve.N) >= 0)
            return null;
        if (s.CompareTo(HalfN) > 0)
        {
            copy.AsSpan(32, 32).Clear();
            WriteTo(Curve.N.Subtract(s), copy.AsSpan(32, 32));
            copy[64] ^= 27 ^ 28; // the parity turns with s
        }

        return copy;
    }

    /// <summary>Finds the public key that made a signature (SEC 1, 4.1.6).</summary>
    /// <param name="hash">The 32 bytes that were signed.</param>
    /// <param name="signature">r and s, 64 bytes.</param>
    /// <param name="recoveryId">0 or 1: whether the Y of the random point was odd.</param>
    /// <returns>X and Y, 64 bytes; null when no key can have made it.</returns>
    public static byte[]? Recover(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, int recoveryId)
    {
        if (hash.Length != 32 || recoveryId is not (0 or 1)) // 2 and 3 exist on paper: r would have to be within 2^128 of the order
            return null;
        var r = new BigInteger(1, signature[..32].ToArray());
        var s = new BigInteger(1, signature.Slice(32, 32).ToArray());
        if (r.SignValue == 0 || s.SignValue == 0 || r.CompareTo(Curve.N) >= 0 || s.CompareTo(Curve.N) >= 0)
            return null;
        if (DecodePoint(signature[..32], recoveryId) is not { } point)
            return null;

        var e = new BigInteger(1, hash.ToArray());
        var inverse = r.ModInverse(Curve.N);
        var u1 = Curve.N.Subtract(e.Mod(Curve.N)).Multiply(inverse).Mod(Curve.N);
        var u2 = s.Multiply(inverse).Mod(Curve.N);
        var key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, u1, point, u2);
        return key.IsInfinity ? null : Coordinates(key);
    }

    // The compressed form of a point is its X behind 2 (even Y) or 3 (odd Y); not every X lies on the curve.
    private static ECPoint? DecodePoint(ReadOnlySpan<byte> x, int odd)
    {
        try
        {
            return Curve.Curve.DecodePoint([(byte)(2 + odd), .. x]);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // A key as the library takes it, without leaving another copy behind.
    private static BigInteger Secret(ReadOnlySpan<byte> key)
    {
        var bytes = key.ToArray();
        var number = new BigInteger(1, bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return number;
    }

    // X and Y without the byte that says so (SEC 1, 2.3.3).
    private static byte[] Coordinates(ECPoint point) => point.Normalize().GetEncoded(false)[1..];

    private static void WriteTo(BigInteger value, Span<byte> destination)
    {
        var bytes = value.ToByteArrayUnsigned();
        bytes.CopyTo(destination[(destination.Length - bytes.Length)..]);
        CryptographicOperations.ZeroMemory(bytes); // it can be a key
    }

    // The library's signer keeps the random point to itself; its multiplier is the one place where it can be seen.
    private sealed class RecoverableSigner() : ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()))
    {
        private readonly WatchedMultiplier _multiplier = new();

        public bool LastPointIsOdd => _multiplier.Last!.AffineYCoord.TestBitZero();

        protected override ECMultiplier CreateBasePointMultiplier() => _multiplier;
    }

    private sealed class WatchedMultiplier : ECMultiplier
    {
        private readonly FixedPointCombMultiplier _inner = new();

        public ECPoint? Last { get; private set; }

        // Normalized here, which costs an inversion, it need not be again by the signer and for the parity.
        public ECPoint Multiply(ECPoint p, BigInteger k) => Last = _inner.Multiply(p, k).Normalize();
    }
}
