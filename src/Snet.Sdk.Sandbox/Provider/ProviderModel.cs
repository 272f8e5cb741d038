using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Sdk.Sandbox.Faults;
using Training;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>A model at the provider: its status, which changes as time goes by, and everything that the provider was told of it.</summary>
internal sealed class ProviderModel(string id, NewModel request, TimeProvider time, ProviderFaults faults)
{
    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];
    private readonly List<ProviderUpload> _uploads = [];
    private Status _status = Status.Created;
    private Status _next;
    private DateTimeOffset? _due; // when the next status comes
    private int _validateQuotes;
    private int _trainQuotes;
    private string? _link;
    private string? _priceLink;

    public string Id => id;

    /// <summary>Whether a word steers the provider: the model's name holds it, or a fault was ordered by it.</summary>
    public bool Is(string word) => request.Name.Contains(word, StringComparison.Ordinal) || faults.Strikes(word);

    /// <summary>What the model is doing now.</summary>
    public Status Status
    {
        get
        {
            lock (_lock)
            {
                if (_due <= time.GetUtcNow())
                    (_status, _due) = (_next, null);
                return _status;
            }
        }
    }

    /// <summary>Notes a call of the daemon.</summary>
    public void Note(string call)
    {
        lock (_lock)
            _calls.Add(call);
    }

    /// <summary>Enters a status, which another one follows when its time is over.</summary>
    public void Enter(Status status, Status next, TimeSpan duration)
    {
        lock (_lock)
            (_status, _next, _due) = (status, next, time.GetUtcNow() + duration);
    }

    /// <summary>Enters a status for good.</summary>
    public void Enter(Status status)
    {
        lock (_lock)
            (_status, _due) = (status, null);
    }

    /// <summary>Quotes a validation by link, in cogs.</summary>
    public ulong QuoteValidation(string link)
    {
        lock (_lock)
        {
            _priceLink = link;
            var start = link.IndexOf("price=", StringComparison.Ordinal);
            var digits = start < 0 ? "" : string.Concat(link.Skip(start + 6).TakeWhile(char.IsAsciiDigit));
            return ulong.TryParse(digits, out var price) ? price : 7 + Rise(ref _validateQuotes);
        }
    }

    /// <summary>Quotes a training, in cogs.</summary>
    public ulong QuoteTraining()
    {
        lock (_lock)
            return 11 + Rise(ref _trainQuotes);
    }

    /// <summary>Keeps the link of a validation.</summary>
    public void UseLink(string link)
    {
        lock (_lock)
            _link = link;
    }

    /// <summary>Adds an upload that has begun.</summary>
    public void Add(ProviderUpload upload)
    {
        lock (_lock)
            _uploads.Add(upload);
    }

    /// <summary>Tells everything.</summary>
    public JsonObject Describe()
    {
        var status = (int)Status;
        lock (_lock)
        {
            return new JsonObject
            {
                ["id"] = id,
                ["name"] = request.Name,
                ["status"] = status,
                ["link"] = _link,
                ["priceLink"] = _priceLink,
                ["calls"] = new JsonArray([.. _calls.Select(call => (JsonNode)call)]),
                ["created"] = JsonNode.Parse(Formatter.Format(request)),
                ["uploads"] = new JsonArray([.. _uploads.Select(upload => upload.Describe())]),
            };
        }
    }

    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true));

    private ulong Rise(ref int quotes)
    {
        var before = (ulong)quotes++;
        return Is("price-rises") ? before : 0;
    }
}
