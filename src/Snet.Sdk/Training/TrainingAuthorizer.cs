using System.Numerics;
using Google.Protobuf;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Wire = global::Training;

namespace Snet.Sdk.Training;

/// <summary>Signs authorizations of training calls. Those that read share one for about an hour (protocol f.5).</summary>
internal sealed class TrainingAuthorizer(ChainGateway chain, ISigner signer)
{
    public const string UploadRpc = "upload_and_validate";
    private const int UnifiedBlocks = 300; // half of what daemons allow, since their nodes may lag

    private readonly Lock _lock = new();
    private Wire.AuthorizationDetails? _unified;

    public ISigner Signer => signer;

    public BlockClock Blocks => chain.Blocks;

    /// <summary>Gives the authorization that all reading calls share.</summary>
    public async Task<Wire.AuthorizationDetails> ForReadingAsync(CancellationToken cancellationToken)
    {
        var block = await chain.Blocks.ReckonAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            if (_unified is { } known && block - known.CurrentBlock <= UnifiedBlocks)
                return known;
        }

        var fresh = await SignAsync(SignedMessages.Unified, block, cancellationToken).ConfigureAwait(false);
        lock (_lock)
            _unified = fresh;
        return fresh;
    }

    /// <summary>Signs an authorization for one call.</summary>
    /// <param name="rpc">The call's name, which is the message that is signed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<Wire.AuthorizationDetails> ForAsync(string rpc, CancellationToken cancellationToken) =>
        await SignAsync(rpc, await chain.Blocks.GetAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Signs an authorization for parts of an upload.</summary>
    /// <param name="block">The block that it names.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<Wire.AuthorizationDetails> ForUploadAsync(BigInteger block, CancellationToken cancellationToken) =>
        SignAsync(UploadRpc, block, cancellationToken);

    /// <summary>Makes the next authorization use the chain's latest block.</summary>
    public void Forget()
    {
        chain.Blocks.Forget();
        lock (_lock)
            _unified = null;
    }

    private async Task<Wire.AuthorizationDetails> SignAsync(string message, BigInteger block, CancellationToken cancellationToken)
    {
        await chain.EnsureChainAsync(cancellationToken).ConfigureAwait(false);
        var hash = SignedMessages.TrainingAuthorization(message, signer.Address, block);
        return new Wire.AuthorizationDetails
        {
            CurrentBlock = (ulong)block,
            Message = message,
            Signature = ByteString.CopyFrom(await signer.SignMessageAsync(hash, cancellationToken).ConfigureAwait(false)),
            SignerAddress = signer.Address.ToLowerString(), // the text is the identity that owns models (protocol c.2)
        };
    }
}
