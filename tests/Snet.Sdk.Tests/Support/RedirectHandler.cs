namespace Snet.Sdk.Tests.Support;

/// <summary>Sends every request to another server than it was meant for.</summary>
internal sealed class RedirectHandler(Uri endpoint) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(endpoint, request.RequestUri!.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
