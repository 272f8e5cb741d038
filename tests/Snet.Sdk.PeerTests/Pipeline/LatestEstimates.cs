using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>Lets the node estimate gas as most nodes do, on its latest block. This one would look at what is waiting as well, and so foresee more.</summary>
internal sealed class LatestEstimates() : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        if (call is JsonObject && (string?)call["method"] == "eth_estimateGas")
        {
            call["params"]!.AsArray().Add("latest");
            request.Content = new StringContent(call.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
