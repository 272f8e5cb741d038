using System.Globalization;
using System.Numerics;
using Snet.Protocol;

namespace Snet.Benchmarks.Soak;

/// <summary>Stands between the client and the daemon: it looks at a channel before each payment from it, and can lose the answer to a question for a token.</summary>
internal sealed class SoakWire(SoakBooks books) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
{
    private const string TokenPath = "/escrow.TokenService/GetToken";
    private int _losesToken;

    /// <summary>The daemon's next answer with a token does not come through.</summary>
    public void LoseNextToken() => Volatile.Write(ref _losesToken, 1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath == TokenPath)
            return await AskForTokenAsync(request, cancellationToken);
        if (request.Headers.NonValidated.TryGetValues(PaymentHeaders.ChannelId, out var id))
            books.Look(BigInteger.Parse(id.ToString(), CultureInfo.InvariantCulture));
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> AskForTokenAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        books.TakenInAll();
        var response = await base.SendAsync(request, cancellationToken);
        if (Interlocked.Exchange(ref _losesToken, 0) == 0)
            return response;
        response.Dispose();
        books.Strike("answer with a token lost");
        throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer was lost.");
    }
}
