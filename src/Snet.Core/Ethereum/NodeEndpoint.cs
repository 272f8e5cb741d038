namespace Snet.Ethereum;

/// <summary>A node's address, and what of it may be told: providers put the user's key into path, query or user name.</summary>
internal sealed class NodeEndpoint
{
    private const int ShortestKey = 6; // characters; "v3" and "rpc" are no keys, and cutting them out would garble every message

    private readonly string[] _secrets;

    /// <summary>Takes a node's address.</summary>
    public NodeEndpoint(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
        Name = uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        var parts = string.Concat(uri.UserInfo, "/", uri.PathAndQuery).Split(['/', '?', '&', '=', ':', '#']);
        _secrets = [.. parts.SelectMany(part => new[] { part, Uri.UnescapeDataString(part) })
            .Where(part => part.Length >= ShortestKey).Distinct().OrderByDescending(part => part.Length)];
    }

    /// <summary>Where requests go.</summary>
    public Uri Uri { get; }

    /// <summary>Scheme, host and port, which may stand in messages and logs.</summary>
    public string Name { get; }

    /// <summary>Whether it answered a batch of requests as a whole, with a refusal; it is sent none then.</summary>
    public bool RefusesBatches { get; set; }

    /// <summary>Takes whatever could be a key out of a text that the node or the transport wrote.</summary>
    public string Clean(string text) => _secrets.Aggregate(text, (clean, secret) => clean.Replace(secret, "…", StringComparison.OrdinalIgnoreCase));

    /// <summary>Gives an exception if nothing in it could be a key.</summary>
    public Exception? IfClean(Exception exception)
    {
        var text = exception.ToString();
        return Clean(text) == text ? exception : null;
    }
}
