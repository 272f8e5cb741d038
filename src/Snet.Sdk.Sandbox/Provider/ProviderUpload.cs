using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Training;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>One upload as it arrived. The bytes are hashed and not kept.</summary>
internal sealed class ProviderUpload : IDisposable
{
    private readonly Lock _lock = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<ulong> _numbers = [];
    private UploadInput _first = new();
    private long _size;
    private string? _sha256;

    /// <summary>Takes a chunk.</summary>
    public void Add(UploadInput chunk)
    {
        lock (_lock)
        {
            if (_numbers.Count == 0)
            {
                _first = new UploadInput
                {
                    FileName = chunk.FileName, FileSize = chunk.FileSize, BatchSize = chunk.BatchSize, BatchCount = chunk.BatchCount,
                };
            }

            _numbers.Add(chunk.BatchNumber);
            _size += chunk.Data.Length;
            _hash.AppendData(chunk.Data.Span);
        }
    }

    /// <summary>Notes that the stream ended normally.</summary>
    public void End()
    {
        lock (_lock)
            _sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <summary>Tells everything.</summary>
    public JsonNode Describe()
    {
        lock (_lock)
        {
            return new JsonObject
            {
                ["chunks"] = _numbers.Count,
                ["size"] = _size,
                ["sha256"] = _sha256,
                ["numbers"] = new JsonArray([.. _numbers.Select(number => (JsonNode)number)]),
                ["file_name"] = _first.FileName,
                ["file_size"] = Text(_first.FileSize),
                ["batch_size"] = Text(_first.BatchSize),
                ["batch_count"] = Text(_first.BatchCount),
                ["end"] = _sha256 is not null,
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
