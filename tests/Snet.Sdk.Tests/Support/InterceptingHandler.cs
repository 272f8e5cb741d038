using System.Net;

namespace Snet.Sdk.Tests.Support;

/// <summary>Answers some requests itself and lets the others pass.</summary>
internal sealed class InterceptingHandler(Func<HttpRequestMessage, HttpResponseMessage?> answer)
    : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
{
    /// <summary>Whether it does so now.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>A refusal, as a daemon gives it before anything is done: a status alone.</summary>
    public static HttpResponseMessage Refusal(int code, string words)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, Content = new ByteArrayContent([]) };
        response.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        response.Headers.TryAddWithoutValidation("grpc-status", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        response.Headers.TryAddWithoutValidation("grpc-message", Uri.EscapeDataString(words));
        return response;
    }

    /// <summary>Whether a request is paid in this way.</summary>
    public static bool IsPaidBy(HttpRequestMessage request, string type) =>
        request.Headers.TryGetValues("snet-payment-type", out var values) && values.Single() == type;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        IsOn && answer(request) is { } response ? Task.FromResult(response) : base.SendAsync(request, cancellationToken);
}
