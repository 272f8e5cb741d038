using System.Collections.Concurrent;
using System.Diagnostics;

namespace Snet.Sdk.Tests.Support;

/// <summary>Counts the HTTP requests that leave this process for some servers, by what the runtime tells of each: no handler has to be set, so whatever handlers there are stay.</summary>
internal sealed class RequestCount : IDisposable
{
    private readonly ConcurrentQueue<Uri> _requests = new();
    private readonly ActivityListener _listener;

    public RequestCount(params Uri[] servers)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("url.full") is string text && new Uri(text) is var uri && servers.Any(server => server.Authority == uri.Authority))
                    _requests.Enqueue(uri);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Server and path of each request so far, sorted, with how often each came.</summary>
    public IReadOnlyList<string> ByPath => [.. _requests.GroupBy(uri => $"{uri.Authority}{uri.AbsolutePath}").Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal)];

    public void Dispose() => _listener.Dispose();
}
