using Google.Protobuf;
using Service;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>A service with methods of all four shapes, and some that wait or fail on purpose.</summary>
/// <param name="time">The clock.</param>
internal sealed class Calculator(TimeProvider time)
{
    private const string PauseHeader = "x-pause", EchoHeader = "x-echo", EchoTrailer = "x-echoed";

    /// <summary>Adds the methods.</summary>
    public void Register(ProviderMethods methods)
    {
        methods.AddUnary<Numbers>("/service.Calculator/add", async (call, numbers) =>
        {
            await EchoAsync(call).ConfigureAwait(false);
            return Number(numbers.A + numbers.B);
        });
        methods.AddUnary<Numbers>("/service.Calculator/mul", numbers => Number(numbers.A * numbers.B));
        methods.AddUnary<Numbers>("/service.Calculator/wait", async (call, numbers) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(numbers.A), time, call.Aborted).ConfigureAwait(false);
            return Number(numbers.A);
        });
        methods.AddUnary<Numbers>("/service.Calculator/fail", FailAsync);
        methods.Add("/service.Calculator/count", CountAsync);
        methods.Add("/service.Calculator/sum", SumAsync);
        methods.Add("/service.Calculator/running", RunningAsync);
    }

    /// <summary>The failure that the service makes up.</summary>
    public static GrpcException No(int status) => new(status, "the service says no");

    /// <summary>Adds up a stream of numbers.</summary>
    public static async Task SumAsync(GrpcServerCall call)
    {
        var sum = 0f;
        while (await ProviderMethods.ReadAsync<Numbers>(call).ConfigureAwait(false) is { } numbers)
            sum += numbers.A + numbers.B;
        await call.WriteAsync(Number(sum).ToByteArray()).ConfigureAwait(false);
    }

    private static async Task<IMessage> FailAsync(GrpcServerCall call, Numbers numbers)
    {
        await EchoAsync(call).ConfigureAwait(false);
        throw No((int)numbers.A);
    }

    private async Task CountAsync(GrpcServerCall call)
    {
        var numbers = await ProviderMethods.ReadAsync<Numbers>(call).ConfigureAwait(false) ?? new Numbers();
        var pause = int.TryParse(call.RequestHeaders.GetString(PauseHeader), out var ms) ? TimeSpan.FromMilliseconds(ms) : TimeSpan.Zero;
        for (var i = 1; i <= numbers.A; i++)
        {
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, call.Aborted).ConfigureAwait(false);
            await call.WriteAsync(Number(i).ToByteArray()).ConfigureAwait(false);
        }

        if (numbers.B != 0)
            throw No((int)numbers.B);
    }

    private static async Task RunningAsync(GrpcServerCall call)
    {
        var sum = 0f;
        while (await ProviderMethods.ReadAsync<Numbers>(call).ConfigureAwait(false) is { } numbers)
        {
            sum += numbers.A + numbers.B;
            await call.WriteAsync(Number(sum).ToByteArray()).ConfigureAwait(false);
        }
    }

    // Shows what the service receives: the header that x-echo names comes back in a trailer, bytes as base64.
    private static async Task EchoAsync(GrpcServerCall call)
    {
        if (call.RequestHeaders.GetString(EchoHeader) is not { } name)
            return;
        foreach (var entry in call.RequestHeaders.GetAll(name))
            call.ResponseTrailers.Add(EchoTrailer, entry.IsBinary ? Convert.ToBase64String(entry.Bytes) : entry.Text);
        await call.WriteHeadersAsync(new GrpcMetadata { { "x-service", "yes" } }).ConfigureAwait(false);
    }

    private static Result Number(float value) => new Result { Value = value };
}
