using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Tokens of prepaid calls: JSON web tokens bound to channel, organization and group (protocol h.1, e.3 Prepaid-call
/// #3).</summary>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc7519">RFC 7519, JSON Web Token</seealso>
internal sealed class PrepaidTokens(DaemonParts parts)
{
    // The ways of signing that the daemon's token library knows: with a shared secret, and others.
    private static readonly string[] Shared = ["HS256", "HS384", "HS512"];

    private static readonly string[] Others =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "none"];

    private readonly byte[] _secret = parts.Configuration.TokenSecret is { } secret
        ? Encoding.UTF8.GetBytes(secret)
        : RandomNumberGenerator.GetBytes(32);

    /// <summary>Makes a token.</summary>
    /// <param name="channel">The channel that it is for.</param>
    /// <param name="user">Who asked for it.</param>
    public string Create(BigInteger channel, EthereumAddress user)
    {
        var claims = new JsonObject
        {
            ["exp"] = (parts.Settings.Time.GetUtcNow() + parts.Configuration.TokenLifetime).ToUnixTimeSeconds(),
            ["groupId"] = parts.Metadata.GroupIdText,
            ["orgId"] = parts.Settings.OrgId,
            ["payload"] = GoNumber.Text(channel),
            ["userAddress"] = user.ToString(),
        };
        var signed = $"{Part("""{"alg":"HS256","typ":"JWT"}""")}.{Part(claims.ToJsonString())}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Checks a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="channel">The channel that it must be for.</param>
    /// <returns>Who asked for it.</returns>
    /// <exception cref="FormatException">It is not good; the message is the daemon's.</exception>
    public EthereumAddress Verify(string token, BigInteger channel)
    {
        if (token.Split('.') is not [var head, var body, var tail])
            throw new FormatException("token is malformed: token contains an invalid number of segments");
        var header = Object(head, "header");
        var claims = Object(body, "claim");
        var algorithm = Algorithm(header);
        var signature = Decode(tail, "signature");
        var hash = Hash(algorithm);
        if (!CryptographicOperations.FixedTimeEquals(hash(Encoding.UTF8.GetBytes($"{head}.{body}")), signature))
            throw new FormatException("token signature is invalid: signature is invalid");
        CheckTime(claims);

        if (Text(claims, "payload") != GoNumber.Text(channel))
            throw new FormatException($"payload {Text(claims, "payload")} used to generate the Token doesnt match expected values");
        if (Text(claims, "orgId") != parts.Settings.OrgId)
            throw new FormatException($"organization {Text(claims, "orgId")} is not associated with this Daemon");
        if (Text(claims, "groupId") != parts.Metadata.GroupIdText)
            throw new FormatException($"groupId {Text(claims, "groupId")} is not associated with this Daemon");
        return GoAddress.Parse(claims["userAddress"] is JsonValue user && user.TryGetValue<string>(out var address) ? address : "");
    }

    private static string Algorithm(JsonObject header)
    {
        if (header["alg"] is not JsonValue value || !value.TryGetValue<string>(out var algorithm))
            throw new FormatException("token is unverifiable: signing method (alg) is unspecified");
        return Shared.Contains(algorithm) || Others.Contains(algorithm)
            ? algorithm
            : throw new FormatException("token is unverifiable: signing method (alg) is unavailable");
    }

    private Func<byte[], byte[]> Hash(string algorithm) => algorithm switch
    {
        "HS256" => text => HMACSHA256.HashData(_secret, text),
        "HS384" => text => HMACSHA384.HashData(_secret, text),
        "HS512" => text => HMACSHA512.HashData(_secret, text),
        _ => throw new FormatException(
            $"token is unverifiable: error while executing keyfunc: unexpected signing method: {algorithm}"),
    };

    private void CheckTime(JsonObject claims)
    {
        var now = parts.Settings.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        var problems = new List<string>();
        Check(claims, "exp", end => now >= end, "token is expired", problems);
        Check(claims, "nbf", start => now < start, "token is not valid yet", problems);
        if (problems.Count > 0)
            throw new FormatException("token has invalid claims: " + string.Join(", ", problems));
    }

    // Whole seconds since 1970; absent or zero for any time.
    private static void Check(JsonObject claims, string name, Predicate<double> fails, string problem, List<string> problems)
    {
        if (claims[name] is not { } claim)
            return;
        if (claim is not JsonValue value || !value.TryGetValue<double>(out var seconds))
            problems.Add($"invalid type for claim: {name} is invalid");
        else if (seconds != 0 && fails(Math.Floor(seconds)))
            problems.Add(problem);
    }

    // An absent claim is printed as Go prints nothing.
    private static string Text(JsonObject claims, string name) => claims[name]?.ToString() ?? "<nil>";

    private static JsonObject Object(string part, string what)
    {
        var bytes = Decode(part, what);
        try
        {
            return JsonNode.Parse(bytes) as JsonObject ?? throw new JsonException("no object");
        }
        catch (JsonException e)
        {
            throw new FormatException($"token is malformed: could not JSON decode {what}: {e.Message}");
        }
    }

    private static byte[] Decode(string part, string what)
    {
        if (!part.AsSpan().ContainsAny('=', ' ') && Base64Url.IsValid(part))
            return Base64Url.DecodeFromChars(part);
        var wrong = part.AsSpan().IndexOfAnyExcept(Alphabet);
        throw new FormatException(
            $"token is malformed: could not base64 decode {what}: illegal base64 data at input byte "
            + $"{(wrong < 0 ? part.Length - (part.Length % 4) : wrong)}");
    }

    private static readonly System.Buffers.SearchValues<char> Alphabet =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
