using System.Net;
using System.Text;

namespace Snet.Tests.Ethereum;

/// <summary>A transport that answers each request with the next line of a script, and keeps what was asked.</summary>
internal sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _script = [];

    /// <summary>The addresses asked, in order.</summary>
    public List<Uri> Asked { get; } = [];

    /// <summary>The bodies sent, in order.</summary>
    public List<string> Bodies { get; } = [];

    public ScriptedHandler Result(string json) => Answer(HttpStatusCode.OK, $$"""{"jsonrpc":"2.0","id":1,"result":{{json}}}""");

    public ScriptedHandler Answer(HttpStatusCode status, string body, string? retryAfter = null) => Then(_ =>
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (retryAfter is not null)
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        return Task.FromResult(response);
    });

    public ScriptedHandler Fail(Exception exception) => Then(_ => Task.FromException<HttpResponseMessage>(exception));

    /// <summary>Answers never, until the request is given up.</summary>
    public ScriptedHandler Hang() => Then(async token =>
    {
        await Task.Delay(Timeout.Infinite, token);
        throw new InvalidOperationException("unreachable");
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add(request.RequestUri!);
        Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
        return _script.Count > 0
            ? await _script.Dequeue()(cancellationToken)
            : throw new AssertionException($"Nobody expected request {Asked.Count}: {Bodies[^1]}");
    }

    private ScriptedHandler Then(Func<CancellationToken, Task<HttpResponseMessage>> step)
    {
        _script.Enqueue(step);
        return this;
    }
}
