using Snet.Ethereum;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>Lets something else happen once, right before the node is asked for the gas of a certain transaction.</summary>
internal sealed class BetweenHandler(AbiFunction function, Func<Task> act) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly string _selector = Hex.Encode(function.Selector)[2..];

    public bool HasStruck { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
        if (!HasStruck && asked.Contains("eth_estimateGas", StringComparison.Ordinal) && asked.Contains(_selector, StringComparison.Ordinal))
        {
            HasStruck = true;
            await act();
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
