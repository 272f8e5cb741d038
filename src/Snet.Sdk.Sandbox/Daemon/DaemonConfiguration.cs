using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The daemon's settings by its own names, as an operator writes them; absent ones have the daemon's defaults. A name that is not
/// known here is an error.</summary>
internal sealed class DaemonConfiguration
{
    private readonly Dictionary<string, JsonNode?> _unread;
    private readonly HashSet<EthereumAddress>? _allowedUsers;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ArgumentException">A setting is not known, or has a value of the wrong kind; it is named.</exception>
    public DaemonConfiguration(DaemonSettings settings)
    {
        _unread = settings.Config.ToDictionary(StringComparer.Ordinal);
        // Newer releases read the address of the service under the first name, older ones under the second.
        var passthrough = Text("passthrough_endpoint");
        ServiceEndpoint = new Uri(Text("service_endpoint") ?? passthrough ?? settings.ServiceEndpoint.ToString());
        TrainingEndpoint = new Uri(Text("model_maintenance_endpoint") ?? ServiceEndpoint.ToString());
        BlockchainEnabled = Read("blockchain_enabled", node => node.GetValue<bool>(), true);
        TrainingEnabled = BlockchainEnabled & Read("model_training_enabled", node => node.GetValue<bool>(), true);
        DynamicPricing = Read("enable_dynamic_pricing", node => node.GetValue<bool>(), false);
        MaxMessageSize = (int)Math.Min(Read("max_message_size_in_mb", Integer, 4) * 1024L * 1024, int.MaxValue); // up to 2048 MiB
        ServiceTimeout = Read("service_timeout", Duration, TimeSpan.FromSeconds(100));
        RateLimitPerMinute = Read("rate_limit_per_minute", Number, null);
        BurstSize = Read("burst_size", Integer, 0) is var burst and not 0 ? burst : int.MaxValue;
        TokenSecret = Text("token_secret_key");
        TokenLifetime = TimeSpan.FromMinutes(Read("token_expiry_in_minutes", Integer, 1440));
        var freeCallKey = Text("private_key_for_free_calls");
        freeCallKey = Text("pvt_key_for_free_calls") ?? freeCallKey; // older releases' name
        FreeCallKey = BlockchainEnabled && !string.IsNullOrEmpty(freeCallKey) ? PrivateKey.Parse(freeCallKey) : null;
        MinimumBalanceForFreeCall = Read("min_balance_for_free_call", Number, 10);
        TrustedFreeCallSigners = Read("trusted_free_call_signers", Addresses, []);
        FreeCallsPerAddress = Read("free_calls_per_address", Allowances, []);
        _allowedUsers = Read("allowed_user_flag", node => node.GetValue<bool>(), false)
            ? Read("allowed_user_addresses", Addresses, [])
            : null;
        _unread.Remove("allowed_user_addresses"); // means nothing without the flag
        if (_allowedUsers is not null && !BlockchainEnabled)
            throw new ArgumentException("The sandbox's daemon has no 'allowed_user_flag' while 'blockchain_enabled' is off.", nameof(settings));
        Operators = Read("authentication_addresses", Addresses, []);
        if (_unread.Count > 0)
            throw new ArgumentException($"The sandbox's daemon does not know the setting '{_unread.Keys.First()}'.", nameof(settings));
    }

    /// <summary>Where calls for the service go.</summary>
    public Uri ServiceEndpoint { get; }

    /// <summary>Where calls for training go.</summary>
    public Uri TrainingEndpoint { get; }

    /// <summary>Whether payments are looked at; off for development only (protocol d.5).</summary>
    public bool BlockchainEnabled { get; }

    /// <summary>Whether training is on.</summary>
    public bool TrainingEnabled { get; }

    /// <summary>Whether methods may name their price by a call (protocol a.6).</summary>
    public bool DynamicPricing { get; }

    /// <summary>The largest message in any direction, in bytes.</summary>
    public int MaxMessageSize { get; }

    /// <summary>The daemon's own deadline for calls of clients that set none.</summary>
    public TimeSpan ServiceTimeout { get; }

    /// <summary>How many streams a minute are let through; null for all.</summary>
    public decimal? RateLimitPerMinute { get; }

    /// <summary>How many streams may come at once.</summary>
    public int BurstSize { get; }

    /// <summary>The secret of prepaid tokens; null for one of this start alone.</summary>
    public string? TokenSecret { get; }

    /// <summary>How long a prepaid token is good.</summary>
    public TimeSpan TokenLifetime { get; }

    /// <summary>The key that signs free-call tokens; null when free calls are not set up.</summary>
    public PrivateKey? FreeCallKey { get; }

    /// <summary>How much a wallet needs for free calls, in whole tokens.</summary>
    public decimal? MinimumBalanceForFreeCall { get; }

    /// <summary>Who may ask for tokens on behalf of users.</summary>
    public IReadOnlySet<EthereumAddress> TrustedFreeCallSigners { get; }

    /// <summary>Allowances of single addresses by their text, whose letter case does not matter, while its <c>0x</c> does: below zero for none,
    /// but <see cref="FreeCalls.NoLimit"/>; zero is that of the service.</summary>
    public IReadOnlyDictionary<string, long> FreeCallsPerAddress { get; }

    /// <summary>Who may use the configuration service.</summary>
    public IReadOnlySet<EthereumAddress> Operators { get; }

    /// <summary>Whether somebody may pay here: anybody, but on a restricted test daemon (<c>allowed_user_flag</c>) those listed alone
    /// (protocol e.3 #9, e.5).</summary>
    public bool Allows(EthereumAddress user) => _allowedUsers?.Contains(user) ?? true;

    private T Read<T>(string name, Func<JsonNode, T> read, T missing)
    {
        if (!_unread.Remove(name, out var node) || node is null)
            return missing;
        try
        {
            return read(node);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or OverflowException)
        {
            throw new ArgumentException($"The daemon's setting '{name}' cannot be {node.ToJsonString()}: {e.Message}", nameof(name), e);
        }
    }

    private string? Text(string name) => Read<string?>(name, node => node.GetValue<string>(), null);

    // The daemon takes numbers as texts, too.
    private static decimal? Number(JsonNode node) => decimal.Parse(node.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static int Integer(JsonNode node) => int.Parse(node.ToString(), CultureInfo.InvariantCulture);

    // Go's form: 1s, 500ms, 2m.
    private static TimeSpan Duration(JsonNode node)
    {
        var text = node.GetValue<string>();
        var unit = text.TrimStart([.. "0123456789."]);
        var number = double.Parse(text.AsSpan(0, text.Length - unit.Length), CultureInfo.InvariantCulture);
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => throw new FormatException("A duration is a number and ms, s, m or h."),
        };
    }

    private static HashSet<EthereumAddress> Addresses(JsonNode node) =>
        [.. node.AsArray().Select(item => EthereumAddress.Parse(item!.GetValue<string>()))];

    private static Dictionary<string, long> Allowances(JsonNode node) =>
        node.AsObject().ToDictionary(item => item.Key, item => Allowance(item.Value), StringComparer.OrdinalIgnoreCase);

    // A number in quotes is none.
    private static long Allowance(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Number => (long)node.GetValue<double>(),
        JsonValueKind.String when node.GetValue<string>() is "unlimited" or "infinity" => FreeCalls.NoLimit,
        _ => 0,
    };
}
