using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Snet.Sdk.Sandbox.Faults;

/// <summary>Faults of a plain HTTP server on order: the storage, and the node. They strike clients alone: the sandbox's own daemon is answered as always.</summary>
public class HttpFaults
{
    /// <summary>What the sandbox's daemon calls itself, so that it is told from clients.</summary>
    internal const string DaemonAgent = "snetd";

    private readonly FaultGate<HttpContext> _gate = new();
    private readonly TimeProvider _time;

    internal HttpFaults(LoopbackServer server, TimeProvider time)
    {
        _time = time;
        server.Gate = (context, handler) => IsDaemon(context) ? handler(context) : _gate.PassAsync(context, () => handler(context));
    }

    /// <summary>The connection is cut as soon as a request has come; nothing is done.</summary>
    /// <param name="times">How many requests; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault CutNextRequest(int times = 1) => Add(times, (context, _) =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>The answer is late.</summary>
    /// <param name="delay">By how much, on the sandbox's clock.</param>
    /// <param name="times">How many requests; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault DelayNextAnswer(TimeSpan delay, int times = 1) => Add(times, async (context, way) =>
    {
        if (await Pause.WaitAsync(delay, _time, context.RequestAborted).ConfigureAwait(false))
            await way().ConfigureAwait(false);
    });

    /// <summary>A request is answered with a status and nothing else: 429 where too many came, 503 where the server is overloaded.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="retryAfter">What the header <c>Retry-After</c> says, in whole seconds; null for no such header.</param>
    /// <param name="times">How many requests; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault RefuseNextRequest(int status = StatusCodes.Status429TooManyRequests, TimeSpan? retryAfter = null, int times = 1) => Add(times, (context, _) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = Math.Ceiling(seconds.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    });

    /// <summary>The answer comes with other bytes: the storage lies about content, the node answers garbage.</summary>
    /// <param name="times">How many requests; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault ChangeNextAnswer(int times = 1) => Add(times, (context, way) => RewriteAsync(context, way, bytes =>
    {
        if (bytes.Length > 0)
            bytes[0] ^= 1; // no JSON begins so, and no hash forgives it
        return bytes;
    }));

    private protected Fault Add(int times, Func<HttpContext, Func<Task>, Task> act) => _gate.Add(times, _ => true, act);

    private protected static async Task RewriteAsync(HttpContext context, Func<Task> way, Func<byte[], byte[]> change)
    {
        var client = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await way().ConfigureAwait(false);
        context.Response.Body = client;
        var bytes = change(answer.ToArray());
        context.Response.ContentLength = bytes.Length;
        await client.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool IsDaemon(HttpContext context) => context.Request.Headers.UserAgent == DaemonAgent;
}
