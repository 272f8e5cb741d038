using System.Text.Json.Nodes;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Sandbox.Hosting;
using Snet.Sdk.Sandbox.Provider;

namespace Snet.Sdk.Sandbox;

/// <summary>The provider behind the daemon: the sample service and its training.</summary>
/// <remarks>
/// Words in a model's name steer it: <c>fail-create</c>, <c>empty-id</c>, <c>fail-price</c>, <c>price-rises</c>, <c>fail-validate</c>,
/// <c>refuse-validate</c>,
/// <c>fail-train</c>, <c>refuse-train</c>, <c>slow-train</c>, <c>fail-status</c>, <c>fail-delete</c>, <c>fail-upload-start</c>,
/// <c>fail-upload-end</c>.
/// <c>fail-…</c> in validation and training ends in <c>ERRORED</c>, <c>refuse-…</c> answers the call itself with an error. A data link that
/// contains
/// <c>price=N</c> sets the price of its validation to N cogs.
/// </remarks>
public sealed class SandboxProvider : IAsyncDisposable
{
    private readonly GrpcServer _server;
    private readonly ModelShelf _models;

    private SandboxProvider(GrpcServer server, ModelShelf models) => (_server, _models) = (server, models);

    /// <summary>Where the daemon reaches it.</summary>
    public Uri Endpoint => _server.Address;

    /// <summary>Faults on order.</summary>
    public ProviderFaults Faults => _models.Faults;

    /// <summary>How long a validation takes from now on; 1.5 s by default.</summary>
    public TimeSpan ValidationTime
    {
        get => _models.ValidationTime;
        set => _models.ValidationTime = value;
    }

    /// <summary>How long a training takes from now on; 1.5 s by default.</summary>
    public TimeSpan TrainingTime
    {
        get => _models.TrainingTime;
        set => _models.TrainingTime = value;
    }

    /// <summary>Starts it.</summary>
    internal static async Task<SandboxProvider> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var models = new ModelShelf(options.TimeProvider);
        var methods = new ProviderMethods();
        ExampleService.Register(methods, options.RecordedAnswers);
        new Calculator(options.TimeProvider).Register(methods);
        new TrainingService(models).Register(methods);
        if (options.DynamicPricing)
            PricedService.Register(methods);
        // As large as daemons can be set to take: the limit of the platform is the daemon's.
        var server = await GrpcServer.StartAsync(
            new GrpcServerOptions { MaxReceiveMessageSize = int.MaxValue }, methods.AnswerAsync, cancellationToken)
            .ConfigureAwait(false);
        return new SandboxProvider(server, models);
    }

    /// <summary>Calls that the sandbox itself failed to answer; none, if it is right.</summary>
    internal IReadOnlyCollection<Exception> OwnFailures => _server.Faults;

    /// <summary>Tells what the provider knows of a model: what it was asked and what it received; null for an unknown one.</summary>
    internal JsonObject? Describe(string modelId) => _models.Find(modelId)?.Describe();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
