using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>The names that a scenario's texts may use, as <c>$ch</c>, <c>$block+6</c>, <c>$alice.lower</c> or <c>${ch}</c> inside a text.</summary>
/// <remarks>A value is a text, a number, bytes, or a JSON object. What a scenario saves hides what the platform gives under the same name.</remarks>
internal sealed partial class Variables(SnetPlatform platform, string groupId, Actors actors)
{
    private readonly Dictionary<string, object> _saved = new(StringComparer.Ordinal);
    private readonly string _unique = $"u{Guid.NewGuid():N}";

    /// <summary>The chain's latest block; whoever runs a step keeps it up to date.</summary>
    public BigInteger Block { get; set; }

    /// <summary>Keeps a value under a name.</summary>
    public void Save(string name, object value) => _saved[name] = value;

    /// <summary>Gives the value of a text: of the variable that it names, or the text with the variables in it filled in.</summary>
    /// <exception cref="ScenarioException">It names something unknown.</exception>
    public object Evaluate(string text)
    {
        if (text.StartsWith('$') && !text.StartsWith("${", StringComparison.Ordinal))
            return Named(text[1..]);
        return Inner().Replace(text, match => AsText(Named(match.Groups["name"].Value)));
    }

    /// <summary>Gives a value as text: numbers in decimal, bytes in base64.</summary>
    /// <exception cref="ScenarioException">It is an object.</exception>
    public static string AsText(object value) => value switch
    {
        string text => text,
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToBase64String(bytes),
        _ => throw new ScenarioException($"'{value}' has no text form"),
    };

    private object Named(string expression)
    {
        var match = Expression().Match(expression);
        if (!match.Success)
            throw new ScenarioException($"'${expression}' is no variable");
        var value = Look(match.Groups["name"].Value, match.Groups["form"].Value);
        var terms = match.Groups["term"].Captures;
        return terms.Count == 0
            ? value
            : terms.Aggregate(Number(value, expression), (sum, term) => Reckon(sum, term.Value[0], Term(term.Value[1..], expression)));
    }

    private BigInteger Term(string text, string expression) =>
        Number(char.IsAsciiDigit(text[0]) ? text : Look(text.TrimStart('$'), ""), expression);

    private static BigInteger Reckon(BigInteger left, char sign, BigInteger right) => sign switch
    {
        '+' => left + right,
        '-' => left - right,
        _ => left * right,
    };

    private static BigInteger Number(object value, string expression) =>
        BigInteger.TryParse(AsText(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ScenarioException($"'${expression}' reckons with what is no number");

    private object Look(string name, string form)
    {
        var value = _saved.GetValueOrDefault(name) ?? Given(name);
        return form switch
        {
            "" => value,
            "lower" => Address(value).ToLowerString(),
            "upper" => "0x" + Address(value).ToLowerString()[2..].ToUpperInvariant(),
            "bare" => Address(value).ToString()[2..],
            "numbers" => string.Join(' ', Bytes32.FromGroupId(AsText(value))),
            _ => throw new ScenarioException($"'${name}.{form}' is a form that the replayer does not know"),
        };
    }

    private object Given(string name) => name switch
    {
        "block" => Block,
        "unique" => _unique,
        "mpe" => platform.Mpe.ToString(),
        "token" => platform.Token.ToString(),
        "registry" => platform.Registry.ToString(),
        "recipient" => platform.Recipient.ToString(),
        "orgId" => platform.OrgId,
        "serviceId" => platform.ServiceId,
        "groupName" => platform.GroupName,
        "groupId" => groupId,
        _ => actors.Find(name)?.Address.ToString() ?? throw new ScenarioException($"there is no variable '{name}'"),
    };

    private static EthereumAddress Address(object value) => EthereumAddress.TryParse(AsText(value), out var address)
        ? address
        : throw new ScenarioException($"'{AsText(value)}' is no address");

    [GeneratedRegex(@"^(?<name>[A-Za-z_][A-Za-z0-9_]*)(\.(?<form>[a-z]+))?(?<term>[+*-]([0-9]+|\$?[A-Za-z_][A-Za-z0-9_]*))*$")]
    private static partial Regex Expression();

    [GeneratedRegex(@"\$\{(?<name>[^}]*)\}")]
    private static partial Regex Inner();
}
