using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Snet.Ethereum;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Payments.Channels;

/// <summary>Remembers an account's channels, so that the chain's logs are searched once and not at each start.</summary>
/// <remarks>
/// It is a cache: every channel that comes from here is read from the contract before it is used. So a file that is damaged, tampered with or of another
/// version is thrown away, and one that cannot be written costs a search at the next start and nothing else.
/// </remarks>
internal sealed class ChannelMemory(AccountFolder? folder, ILogger logger)
{
    private const string FileName = "channels.json";
    private const string LockName = "channels.lock";
    private const int MaxFileBytes = 16 << 20;

    private readonly Lock _lock = new();
    private Dictionary<(EthereumAddress Recipient, string GroupId), RememberedChannels>? _groups;

    /// <summary>Gives what is remembered of the channels to one payment group; an empty memory when there is nothing.</summary>
    public RememberedChannels Load(EthereumAddress recipient, string groupId)
    {
        lock (_lock)
            return (_groups ??= Read()).GetValueOrDefault((recipient, groupId)) ?? new RememberedChannels(recipient, groupId);
    }

    /// <summary>Replaces what is remembered of the channels to one payment group.</summary>
    public void Save(RememberedChannels channels)
    {
        lock (_lock)
        {
            if (folder is null)
            {
                (_groups ??= [])[(channels.Recipient, channels.GroupId)] = channels;
                return;
            }

            try
            {
                folder.Create();
                using var alone = new FolderLock(folder, LockName).Enter();
                _groups = Read(); // another process may have saved another group meanwhile
                _groups[(channels.Recipient, channels.GroupId)] = channels;
                folder.Replace(FileName, JsonSerializer.SerializeToUtf8Bytes(ToJson(folder), ChannelMemoryJson.Default.ChannelMemoryFile), outlastsPowerCut: false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                (_groups ??= [])[(channels.Recipient, channels.GroupId)] = channels;
                logger.ChannelMemoryFailed(folder[FileName], e.Message);
            }
        }
    }

    private Dictionary<(EthereumAddress, string), RememberedChannels> Read()
    {
        if (folder is null)
            return [];
        try
        {
            var file = new FileInfo(folder[FileName]);
            if (!file.Exists)
                return [];
            if (file.Length > MaxFileBytes)
                throw new FormatException($"it has {file.Length} bytes");
            var json = JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), ChannelMemoryJson.Default.ChannelMemoryFile)!;
            return json.Version == ChannelMemoryFile.CurrentVersion
                ? json.Groups.Select(FromJson).ToDictionary(group => (group.Recipient, group.GroupId))
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or ArgumentException or NullReferenceException)
        {
            logger.ChannelMemoryFailed(folder[FileName], e.Message);
            return [];
        }
    }

    private ChannelMemoryFile ToJson(AccountFolder owner) => new(
        ChannelMemoryFile.CurrentVersion, owner.Network.ChainId, owner.Network.Mpe.ToLowerString(), owner.Account,
        [.. _groups!.Values.Select(group => new ChannelMemoryGroup(
            group.Recipient.ToLowerString(), group.GroupId,
            Text(group.SearchedFrom), [.. group.Points.Select(point => new ChannelMemoryPoint(Text(point.Block), point.Hash))],
            [.. group.Channels.Select(c => new ChannelMemoryChannel(Text(c.Id), Text(c.Block), c.Signer.ToLowerString(), Text(c.Expiration)))]))]);

    private static RememberedChannels FromJson(ChannelMemoryGroup group) => new(EthereumAddress.Parse(group.Recipient), group.Group)
    {
        SearchedFrom = Number(group.SearchedFrom),
        Points = [.. group.SearchedTo.Select(point => new ChainPoint(Number(point.Block), point.Hash))],
        Channels = [.. group.Channels.Select(c => new RememberedChannel(Number(c.Id), EthereumAddress.Parse(c.Signer), Number(c.Expiration), Number(c.Block)))],
    };

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    private static BigInteger Number(string text) => BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <summary>The file <c>channels.json</c>. Numbers of channels and blocks are decimal text.</summary>
internal sealed record ChannelMemoryFile(int Version, long Chain, string Escrow, string Account, ChannelMemoryGroup[] Groups)
{
    public const int CurrentVersion = 1;
}

/// <summary>The channels to one payment group; the points are the newest first.</summary>
internal sealed record ChannelMemoryGroup(string Recipient, string Group, string SearchedFrom, ChannelMemoryPoint[] SearchedTo, ChannelMemoryChannel[] Channels);

/// <summary>A block up to which the logs were read.</summary>
internal sealed record ChannelMemoryPoint(string Block, string Hash);

/// <summary>A channel, with the block in which it was opened.</summary>
internal sealed record ChannelMemoryChannel(string Id, string Block, string Signer, string Expiration);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ChannelMemoryFile))]
internal sealed partial class ChannelMemoryJson : JsonSerializerContext;
