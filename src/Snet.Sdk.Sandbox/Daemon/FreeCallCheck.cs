using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The checks of a free call that both its payment and the question for what is left go through (protocol e.3 Free-call #3 to #6,
/// e.5).</summary>
internal sealed class FreeCallCheck(DaemonParts parts)
{
    /// <summary>What an expired token is called.</summary>
    public const string TokenExpired = "authentication failed as the Free Call Token passed has expired";

    /// <summary>What somebody gets whom a restricted test daemon does not list.</summary>
    public const string NotAllowed = "you are not Authorized to call this service during curation process";

    /// <summary>Who signs tokens, by the service's metadata.</summary>
    public EthereumAddress Signer { get; } = GoAddress.Parse((string?)parts.Metadata.ServiceGroup["free_call_signer_address"] ?? "");

    /// <summary>Checks who signed (#3, #4).</summary>
    /// <returns>Null when it is in order, else the reason.</returns>
    public string? FindForgery(FreeCallRequest request)
    {
        var settings = parts.Settings;
        var hash = SignedMessages.FreeCallUse(
            request.Address, request.UserId, settings.OrgId, settings.ServiceId, parts.Metadata.GroupIdText,
            GoNumber.Word(request.Block), request.Token);
        if (SignatureCheck.TryRecover(hash, request.Signature, out var signer) is { } problem)
            return "sign is not valid: " + problem; // #3
        if (!parts.Configuration.Allows(signer))
            return "sign is not valid: " + NotAllowed; // #3
        if (signer != request.User)
            return $"sign is not valid: unauthorized signer: {request.Address} not equal {signer}, maybe invalid signature struct"; // #3

        var issued = SignedMessages.FreeCallIssue(
            settings.OrgId, settings.GroupName, signer, request.UserId, GoNumber.Word(request.TokenExpiration));
        if (SignatureCheck.TryRecover(issued, request.TokenSignature, out var issuer) is { } broken)
            return "sign is not valid: " + broken; // #3
        return issuer == Signer ? null : "token sign is not valid"; // #4
    }

    /// <summary>Checks that token and signature are of their time (#5, #6).</summary>
    /// <returns>Null when they are, else the reason.</returns>
    /// <exception cref="DaemonChainException">The node did not answer.</exception>
    public async Task<string?> FindExpiredAsync(FreeCallRequest request, CancellationToken cancellationToken)
    {
        var latest = await parts.Chain.GetBlockAsync(cancellationToken).ConfigureAwait(false);
        if (request.TokenExpiration < latest)
            return TokenExpired; // #5
        return BlockWindow.Holds(request.Block, latest) ? null : BlockWindow.Expired; // #6
    }
}
