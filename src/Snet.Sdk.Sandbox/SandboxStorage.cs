using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Sandbox.Storage;

namespace Snet.Sdk.Sandbox;

/// <summary>Storage that answers the IPFS HTTP API: metadata and proto archives by content id.</summary>
/// <remarks>The gateway's form, <c>/ipfs/</c> and an id, is answered as well, so it stands in for Lighthouse too.</remarks>
public sealed class SandboxStorage : IAsyncDisposable
{
    private readonly IpfsApi _api;

    private SandboxStorage(IpfsApi api, LoopbackServer server, TimeProvider time) =>
        (_api, Server, Faults) = (api, server, new HttpFaults(server, time));

    /// <summary>The base of the IPFS HTTP API.</summary>
    public Uri Endpoint => Server.Endpoint;

    /// <summary>Whether the API answers POST, the only method that kubo itself answers; true from the start.</summary>
    public bool AnswersPost
    {
        get => _api.AnswersPost;
        set => _api.AnswersPost = value;
    }

    /// <summary>Whether the API answers GET, as the platform's own endpoint does; true from the start.</summary>
    public bool AnswersGet
    {
        get => _api.AnswersGet;
        set => _api.AnswersGet = value;
    }

    /// <summary>Faults on order.</summary>
    public HttpFaults Faults { get; }

    /// <summary>The HTTP server, whose gate every request passes.</summary>
    internal LoopbackServer Server { get; }

    /// <summary>Keeps a file. It is found under its CIDv1, too, dag-pb and raw.</summary>
    /// <param name="content">Its bytes.</param>
    /// <returns>Its content id, version 0 (<c>Qm…</c>).</returns>
    public string Add(ReadOnlySpan<byte> content) => _api.Add(content);

    /// <summary>Starts an empty storage.</summary>
    internal static async Task<SandboxStorage> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var api = new IpfsApi();
        return new SandboxStorage(api, await LoopbackServer.StartAsync(api.AnswerAsync, cancellationToken).ConfigureAwait(false), time);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
