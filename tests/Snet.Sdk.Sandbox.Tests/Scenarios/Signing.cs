using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>The steps that make signatures and other bytes out of their parts: sign, bytes, jwt, auth.</summary>
internal sealed class Signing(Actors actors, Variables variables, Values values)
{
    // The order of secp256k1 (SEC 2, 2.4.1).
    private static readonly BigInteger Order = BigInteger.Parse(
        "0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Signs the Keccak hash of the packed parts as an Ethereum message, and bends the signature as told.</summary>
    public void Sign(Members step)
    {
        var v = step.Take("v") is { } lower ? (int)values.Number(lower) : 27;
        var signature = Sign(step.Text("by"), Parts.Pack(step.List("parts"), values), v);
        if (step.Flag("highS"))
            Negate(signature, v);
        if (step.Take("flip") is { } place)
            signature[(int)values.Number(place)] ^= 1;
        if (step.Take("length") is { } length)
            Array.Resize(ref signature, (int)values.Number(length));
        variables.Save(step.Text("save"), signature);
    }

    /// <summary>Keeps the packed parts themselves.</summary>
    public void Bytes(Members step) => variables.Save(step.Text("save"), Parts.Pack(step.List("parts"), values));

    /// <summary>Makes a JSON web token (RFC 7519): HS256, or not signed.</summary>
    public void Jwt(Members step)
    {
        var algorithm = step.Has("alg") ? step.Text("alg") : "HS256";
        var secret = Encoding.UTF8.GetBytes(values.Text(step.Need("secret")));
        var claims = values.Json(step.Object("claims"))!.ToJsonString();
        var signed = $"{Part($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")}.{Part(claims)}";
        var signature = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)),
            "none" => [],
            _ => throw new ScenarioException($"'{algorithm}' is a way of signing that the replayer does not know"),
        };
        variables.Save(step.Text("save"), Encoding.ASCII.GetBytes($"{signed}.{Url(signature)}"));
    }

    /// <summary>Makes the authorization of a training call.</summary>
    public void Authorize(Members step)
    {
        var by = step.Text("by");
        var message = values.Text(step.Need("message"));
        var address = values.Text(step.Take("address") ?? "$" + by);
        var block = values.Number(step.Take("block") ?? "$block");
        JsonArray parts = [new JsonArray("utf8", message), new JsonArray("address", address), new JsonArray("uint256", Variables.AsText(block))];
        variables.Save(step.Text("save"), new JsonObject
        {
            ["current_block"] = Variables.AsText(block),
            ["message"] = message,
            ["signature"] = Convert.ToBase64String(Sign(by, Parts.Pack(parts, values), 27)),
            ["signer_address"] = address,
        });
    }

    private byte[] Sign(string by, byte[] message, int v)
    {
        var signature = actors.Get(by).SignMessage(Keccak256.Hash(message));
        signature[64] = (byte)(signature[64] - 27 + v);
        return signature;
    }

    // The other valid form: s above half the order, and the other recovery id.
    private static void Negate(byte[] signature, int v)
    {
        var s = new BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        var bytes = (Order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32, 32).Clear();
        bytes.CopyTo(signature, 64 - bytes.Length);
        signature[64] = (byte)(v + 1 - (signature[64] - v));
    }

    private static string Part(string json) => Url(Encoding.UTF8.GetBytes(json));

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
