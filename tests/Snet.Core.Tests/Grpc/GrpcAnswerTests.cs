using System.Net;
using System.Net.Http.Headers;

namespace Snet.Grpc;

/// <summary>Answers of every kind, well formed or not, as a handler of HttpClient hands them on.</summary>
[CancelAfter(20_000)]
internal sealed class GrpcAnswerTests
{
    [TestCase(400, GrpcStatus.Internal)]
    [TestCase(401, GrpcStatus.Unauthenticated)]
    [TestCase(403, GrpcStatus.PermissionDenied)]
    [TestCase(404, GrpcStatus.Unimplemented)]
    [TestCase(429, GrpcStatus.Unavailable)]
    [TestCase(500, GrpcStatus.Unknown)]
    [TestCase(502, GrpcStatus.Unavailable)]
    [TestCase(503, GrpcStatus.Unavailable)]
    [TestCase(504, GrpcStatus.Unavailable)]
    [TestCase(204, GrpcStatus.Unknown)]
    public async Task UnaryAsync_HttpStatusInsteadOfAnAnswer_IsMapped(int httpStatus, int status, CancellationToken cancellationToken)
    {
        var e = await FailAsync(new HttpResponseMessage((HttpStatusCode)httpStatus), cancellationToken);

        e.StatusCode.ShouldBe(status);
        e.Detail.ShouldContain($"{httpStatus}");
        e.IsTransport.ShouldBeTrue();
    }

    [Test]
    public async Task UnaryAsync_StatusDespiteAnHttpError_TheStatusCounts(CancellationToken cancellationToken)
    {
        var response = new HttpResponseMessage(HttpStatusCode.BadGateway);
        response.Headers.Add("grpc-status", "5");
        response.Headers.Add("x-more", "yes");

        var e = await FailAsync(response, cancellationToken);

        e.StatusCode.ShouldBe(5);
        e.IsTransport.ShouldBeFalse();
        e.Trailers.GetString("x-more").ShouldBe("yes");
    }

    [TestCase("text/html")]
    [TestCase("application/json")]
    public async Task UnaryAsync_NoGrpcAnswer_SaysSo(string contentType, CancellationToken cancellationToken)
    {
        var response = Answer([], "0");
        response.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);

        var e = await FailAsync(response, cancellationToken);

        e.StatusCode.ShouldBe(GrpcStatus.Unknown);
        e.Detail.ShouldContain(contentType);
        e.IsTransport.ShouldBeTrue();
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("abc")]
    [TestCase("-1")]
    public async Task UnaryAsync_NoStatusAtTheEnd_IsUnknown(string? status, CancellationToken cancellationToken)
    {
        var e = await FailAsync(Answer([0, 0, 0, 0, 1, 7], status), cancellationToken);

        e.StatusCode.ShouldBe(GrpcStatus.Unknown);
        e.IsTransport.ShouldBeTrue();
    }

    [TestCase("1000", "100%25 sure ", 1000, "100% sure ")]
    [TestCase("16", "%zz", 16, "%zz")]
    [TestCase("2", "", 2, "")]
    [TestCase("2", null, 2, "")]
    public async Task UnaryAsync_StatusInTrailers_NumberAndMessageAreKept(
        string status, string? message, int expected, string detail, CancellationToken cancellationToken)
    {
        var response = Answer([], status, message);
        response.Headers.Add("x-header", "h");
        response.TrailingHeaders.Add("x-trailer-bin", "AQI");

        var e = await FailAsync(response, cancellationToken);

        (e.StatusCode, e.Detail, e.IsTransport).ShouldBe((expected, detail, false));
        e.Headers.GetString("x-header").ShouldBe("h");
        e.Trailers.GetBytes("x-trailer-bin").ShouldBe([1, 2]);
        e.Trailers.Count.ShouldBe(1);
    }

    [TestCase(new byte[0])]
    [TestCase(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [TestCase(new byte[] { 0, 0, 0, 0, 9, 1 })]
    public async Task UnaryAsync_OkButNotOneWholeMessage_IsInternal(byte[] body, CancellationToken cancellationToken)
    {
        var e = await FailAsync(Answer(body, "0"), cancellationToken);

        e.StatusCode.ShouldBe(GrpcStatus.Internal);
        e.IsTransport.ShouldBeTrue();
    }

    [Test]
    public async Task UnaryAsync_AnswerAboveTheLimit_IsResourceExhausted(CancellationToken cancellationToken)
    {
        using var handler = new StubHandler(_ => Answer([0, 0, 0, 0, 9], "0"));
        using var channel = new GrpcChannel(new Uri("http://host"), handler, new GrpcChannelOptions { MaxReceiveMessageSize = 8 });

        var e = await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.Detail, e.IsTransport).ShouldBe((8, "grpc: received message larger than max (9 vs. 8)", true));
    }

    [Test]
    public async Task UnaryAsync_HandlerThrowsItsOwn_ComesThroughUnchanged(CancellationToken cancellationToken)
    {
        using var handler = new StubHandler(_ => throw new NotSupportedException("mine"));
        using var channel = new GrpcChannel(new Uri("http://host"), handler);

        (await Should.ThrowAsync<NotSupportedException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken))).Message.ShouldBe("mine");
    }

    [Test]
    public async Task UnaryAsync_ConnectionFails_IsUnavailable(CancellationToken cancellationToken)
    {
        using var handler = new StubHandler(_ => throw new HttpRequestException("no way"));
        using var channel = new GrpcChannel(new Uri("http://host"), handler);

        var e = await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
        e.Detail.ShouldContain("no way");
    }

    [Test]
    public async Task UnaryAsync_Request_IsWhatGrpcAsksFor(CancellationToken cancellationToken)
    {
        HttpRequestMessage? seen = null;
        byte[]? body = null;
        using var handler = new StubHandler(request =>
        {
            seen = request;
            body = request.Content!.ReadAsByteArrayAsync(cancellationToken).Result;
            return Answer([0, 0, 0, 0, 0], "0");
        });
        using var channel = new GrpcChannel(new Uri("https://host:8443"), handler, new GrpcChannelOptions { UserAgent = "me/1" });
        var headers = new GrpcMetadata { { "x-a", "1" }, { "x-bin", [255] }, { "te", "no" }, { "user-agent", "other" }, { "grpc-timeout", "1n" } };

        await channel.UnaryAsync("/a.B/c", new byte[] { 9 }, new GrpcCallOptions { Headers = headers, Timeout = TimeSpan.FromSeconds(20) }, cancellationToken);

        body.ShouldBe([0, 0, 0, 0, 1, 9]);
        seen!.RequestUri.ShouldBe(new Uri("https://host:8443/a.B/c"));
        (seen.Method, seen.Version, seen.VersionPolicy).ShouldBe((HttpMethod.Post, HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact));
        seen.Content!.Headers.ToString().Trim().ShouldBe("Content-Type: application/grpc");
        seen.Headers.NonValidated.Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}")
            .ShouldBe(["te: trailers", "user-agent: me/1", "grpc-timeout: 20000000u", "x-a: 1", "x-bin: /w"], ignoreOrder: true);
    }

    // As the HTTP stack lets it through where a connection is lost right after it was made.
    [Test]
    public async Task UnaryAsync_SocketFails_IsALostConnection(CancellationToken cancellationToken)
    {
        using var handler = new StubHandler(_ => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.NotConnected));
        using var channel = new GrpcChannel(new Uri("http://host"), handler);

        var e = await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
    }

    [Test]
    public void Dispose_HandlerOfTheCaller_StaysOpen()
    {
        using var handler = new StubHandler(_ => Answer([], "0"));

        new GrpcChannel(new Uri("http://host"), handler).Dispose();

        handler.IsDisposed.ShouldBeFalse();
    }

    [TestCase("ftp://host")]
    [TestCase("/relative")]
    public void Constructor_NoHttpAddress_IsRefused(string address)
        => Should.Throw<ArgumentException>(() => new GrpcChannel(new Uri(address, UriKind.RelativeOrAbsolute)));

    private static HttpResponseMessage Answer(byte[] body, string? status, string? message = null)
    {
        var response = new HttpResponseMessage { Content = new ByteArrayContent(body) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        if (status is not null)
            response.TrailingHeaders.TryAddWithoutValidation("grpc-status", status);
        if (message is not null)
            response.TrailingHeaders.TryAddWithoutValidation("grpc-message", message);
        return response;
    }

    private static async Task<GrpcException> FailAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var handler = new StubHandler(_ => response);
        using var channel = new GrpcChannel(new Uri("http://host"), handler);
        return await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));
    }

    private sealed class StubHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public bool IsDisposed { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(answer(request));

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
