namespace Snet.Sdk.Tests.Histories;

/// <summary>Stands between a client and the world and shows the books every signed total that leaves, and every answer about a channel's state.</summary>
internal sealed class Recorder(Books books, int client, HttpMessageHandler world) : DelegatingHandler(world)
{
    private const string TokenPath = "/escrow.TokenService/GetToken";
    private const string ChannelStatePath = "/escrow.PaymentChannelStateService/GetChannelState";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath == ChannelStatePath)
        {
            var channel = await Books.ReadChannelAsync(request.Content!, cancellationToken);
            var answer = await base.SendAsync(request, cancellationToken);
            if (!answer.Headers.Contains("grpc-status")) // a refusal comes as headers alone
                books.Asked(client, channel);
            return answer;
        }

        if (await FindAsync(request, cancellationToken) is not { } payment)
            return await base.SendAsync(request, cancellationToken);
        books.Leaves(payment);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            payment.Answered(response);
            return response;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            payment.NeverSent();
            throw;
        }
        finally
        {
            payment.IsOnItsWay = false;
        }
    }

    private async Task<SentPayment?> FindAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath != TokenPath)
            return SentPayment.Find(request.Headers, books.NextNumber(), client);
        var plan = SentPayment.OfPlan(await Books.ReadTokenRequestAsync(request.Content!, cancellationToken), books.NextNumber(), client);
        return books.WasTaken(plan) ? null : plan; // a token for what was paid before
    }
}
