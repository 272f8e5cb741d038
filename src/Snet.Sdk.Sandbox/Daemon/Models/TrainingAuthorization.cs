using Snet.Grpc;
using Snet.Protocol;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>Checks the authorizations of training calls (protocol c.2 row 3, e.6 <c>&lt;auth&gt;</c>).</summary>
internal sealed class TrainingAuthorization(DaemonParts parts)
{
    // The four RPCs that read also take one signature for them all (f.5).
    private static readonly string[] Reading = ["validate_model_price", "train_model_price", "get_all_models", "get_model"];

    /// <summary>Checks an authorization: message, length, recovery, signer, block, in this order.</summary>
    /// <param name="authorization">As sent.</param>
    /// <param name="rpc">The RPC's name, which is the message to be signed.</param>
    /// <param name="cancellationToken">The end of the call.</param>
    /// <returns>Null when it is good; otherwise what is wrong, which each RPC puts behind its own words or hides.</returns>
    public async Task<string?> CheckAsync(AuthorizationDetails authorization, string rpc, CancellationToken cancellationToken)
    {
        int window;
        if (Same(authorization.Message, rpc))
            window = BlockWindow.Usual;
        else if (Reading.Contains(rpc) && Same(authorization.Message, SignedMessages.Unified))
            window = BlockWindow.Unified;
        else
            return $"unsupported message: {authorization.Message} for this method";

        var address = GoAddress.Parse(authorization.SignerAddress);
        var hash = SignedMessages.TrainingAuthorization(authorization.Message, address, GoNumber.BlockWord(authorization.CurrentBlock));
        if (SignatureCheck.TryRecover(hash, authorization.Signature.Span, out var signer) is { } problem)
            return problem;
        if (signer != address)
            return SignatureCheck.WrongSigner(signer);
        try
        {
            await parts.CheckBlockAsync(authorization.CurrentBlock, window, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (GrpcException e)
        {
            return e.Detail;
        }
    }

    private static bool Same(string message, string name) => string.Equals(message, name, StringComparison.OrdinalIgnoreCase);
}
