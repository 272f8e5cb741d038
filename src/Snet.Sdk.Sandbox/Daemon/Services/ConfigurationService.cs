using Google.Protobuf;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Daemon.Operators;

namespace Snet.Sdk.Sandbox.Daemon.Services;

/// <summary>Lets operators read the settings and stop the daemon's work (protocol d.5, c.2 row 11).</summary>
internal sealed class ConfigurationService(DaemonParts parts)
{
    private const string Path = "/configuration_service.ConfigurationService/";

    private static readonly string[] Secrets = ["private_key_for_free_calls", "pvt_key_for_free_calls", "token_secret_key"];

    /// <summary>Adds the service's methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<EmptyRequest>(Path + "GetConfiguration", async (request, cancellationToken) =>
        {
            await CheckAsync("_GetConfiguration", request.Auth, cancellationToken).ConfigureAwait(false);
            return Describe();
        });
        router.Add<UpdateRequest>(Path + "UpdateConfiguration", async (request, cancellationToken) =>
        {
            await CheckAsync("_UpdateConfiguration", request.Auth, cancellationToken).ConfigureAwait(false);
            throw DaemonRefusals.Plain("work in progress");
        });
        router.Add<EmptyRequest>(Path + "StopProcessingRequests", (request, cancellationToken) =>
            SwitchAsync("_StopProcessingRequests", request, false, cancellationToken));
        router.Add<EmptyRequest>(Path + "StartProcessingRequests", (request, cancellationToken) =>
            SwitchAsync("_StartProcessingRequests", request, true, cancellationToken));
        router.Add<EmptyRequest>(Path + "IsDaemonProcessingRequests", async (request, cancellationToken) =>
        {
            await CheckAsync("_IsDaemonProcessingRequests", request.Auth, cancellationToken).ConfigureAwait(false);
            throw DaemonRefusals.Plain("work in progress");
        });
    }

    private async Task<IMessage> SwitchAsync(string message, EmptyRequest request, bool on, CancellationToken cancellationToken)
    {
        await CheckAsync(message, request.Auth, cancellationToken).ConfigureAwait(false);
        parts.State.Processing = on;
        return new StatusResponse
        {
            CurrentProcessingStatus = on
                ? StatusResponse.Types.Status.RequestInProgress
                : StatusResponse.Types.Status.HasStoppedProcessingRequests,
        };
    }

    // The block comes first, then the signature, then who made it.
    private async Task CheckAsync(string message, CallerAuthentication? auth, CancellationToken cancellationToken)
    {
        auth ??= new CallerAuthentication();
        if (parts.Configuration.BlockchainEnabled)
            await parts.CheckBlockAsync(auth.CurrentBlock, BlockWindow.Usual, cancellationToken).ConfigureAwait(false);
        var hash = SignedMessages.Operator(message, GoNumber.BlockWord(auth.CurrentBlock));
        if (SignatureCheck.TryRecover(hash, auth.Signature.Span, out var signer) is { } problem)
            throw DaemonRefusals.Plain(problem);
        if (!parts.Configuration.Operators.Contains(signer))
            throw DaemonRefusals.Plain($"unauthorized access, {signer} is not authorized");
    }

    private ConfigurationResponse Describe()
    {
        var response = new ConfigurationResponse();
        foreach (var (name, value) in parts.Settings.Config)
        {
            if (!Secrets.Contains(name))
                response.CurrentConfiguration.Add(name, value?.ToString() ?? "");
        }

        return response;
    }
}
