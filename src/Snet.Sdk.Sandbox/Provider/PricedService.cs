using Google.Protobuf;
using Pricing;
using Service;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>A service whose methods name their price by a call (protocol a.6): work costs as many cogs as its numbers have, signs left
/// aside.</summary>
internal static class PricedService
{
    /// <summary>Adds the methods.</summary>
    public static void Register(ProviderMethods methods)
    {
        methods.AddUnary<Numbers>("/service.Priced/work", numbers => numbers.A < 0
            ? throw Calculator.No(GrpcStatus.NotFound)
            : new Result { Value = numbers.A + numbers.B });
        foreach (var method in (string[])["broken", "lost", "slow"])
            methods.AddUnary<Numbers>("/service.Priced/" + method, _ => new Result { Value = 1 });
        methods.Add("/service.Priced/total", Calculator.SumAsync);

        // These answer the first message at once, since the daemon never ends the request of a pricing call.
        methods.Add("/service.Priced/price_of_work", call =>
            AnswerFirstAsync(call, numbers => (ulong)(Math.Abs(numbers.A) + Math.Abs(numbers.B))));
        methods.Add("/service.Priced/price_of_broken", call =>
            AnswerFirstAsync(call, _ => throw new GrpcException(GrpcStatus.NotFound, "the pricing says no")));
        // This one waits for the end, as a unary method of many servers does.
        methods.AddUnary<Numbers>("/service.Priced/price_of_slow", _ => new PriceInCogs { Price = 1 });
    }

    private static async Task AnswerFirstAsync(GrpcServerCall call, Func<Numbers, ulong> price)
    {
        var numbers = await ProviderMethods.ReadAsync<Numbers>(call).ConfigureAwait(false) ?? new Numbers();
        await call.WriteAsync(new PriceInCogs { Price = price(numbers) }.ToByteArray()).ConfigureAwait(false);
    }
}
