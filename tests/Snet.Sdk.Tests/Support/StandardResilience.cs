using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Snet.Sdk.Tests.Support;

/// <summary>Repeats as the standard resilience handler for HTTP clients does with its default settings (but for the jitter), POST included: attempts of 10 s, three repeats, 30 s in all.</summary>
internal sealed class StandardResilience : DelegatingHandler
{
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
    private readonly Attempts _attempts;

    /// <param name="time">The clock of its limits and pauses.</param>
    /// <param name="attempts">Counts.</param>
    public StandardResilience(TimeProvider time, Attempts attempts)
    {
        _attempts = attempts;
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddTimeout(TimeSpan.FromSeconds(30))
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 3, Delay = TimeSpan.FromSeconds(2), BackoffType = DelayBackoffType.Exponential,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome switch
                {
                    { Exception: { } e } => e is HttpRequestException or TimeoutRejectedException,
                    { Result: { } response } => response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
                    _ => false,
                }),
            })
            .AddTimeout(TimeSpan.FromSeconds(10))
            .Build();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(
            async token =>
            {
                _attempts.Add();
                return await base.SendAsync(request, token);
            },
            cancellationToken);

    /// <summary>How many attempts all handlers of a host have made together.</summary>
    internal sealed class Attempts
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);

        public void Reset() => Volatile.Write(ref _count, 0);
    }
}
