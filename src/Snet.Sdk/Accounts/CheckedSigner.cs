using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>A signer of the application's own, held to its word: nothing that it signs leaves this process unless its account's key made it.</summary>
/// <remarks>
/// Vaults and devices answer in several forms, so v and s are put into the one that daemon and contract take (protocol c.1). A vault's own failures come out as
/// <see cref="SignerException"/>. Who gives up waits no longer, whatever the signer does with the token: a signature that comes later is seen by nobody.
/// </remarks>
internal sealed class CheckedSigner : ISigner
{
    private readonly ISigner _inner;

    private CheckedSigner(ISigner inner) => (_inner, Address) = (inner, inner.Address);

    /// <inheritdoc/>
    public EthereumAddress Address { get; }

    /// <summary>Wraps a signer, unless it is this SDK's own, whose address is made from its key.</summary>
    public static ISigner? Of(ISigner? signer) => signer is null or PrivateKeySigner or CheckedSigner ? signer : new CheckedSigner(signer);

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        Check(await AskAsync(_inner.SignMessageAsync, message, cancellationToken).ConfigureAwait(false), EthereumMessage.Hash(message.Span));

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignTransactionAsync(ReadOnlyMemory<byte> unsignedTransaction, CancellationToken cancellationToken = default) =>
        Check(await AskAsync(_inner.SignTransactionAsync, unsignedTransaction, cancellationToken).ConfigureAwait(false), Keccak256.Hash(unsignedTransaction.Span));

    /// <inheritdoc/>
    public override string ToString() => $"signer of {Address}";

    private async Task<byte[]> AskAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, ReadOnlyMemory<byte> what, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var asked = sign(what, cancellationToken).AsTask();
            _ = asked.ContinueWith(end => _ = end.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // it may be nobody who waits
            return await asked.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception e)
        {
            throw new SignerException(Address, e); // whatever a vault throws, a time-out as OperationCanceledException among it
        }
    }

    private byte[] Check(byte[]? signature, byte[] hash)
    {
        if (signature is null || Secp256k1.Canonical(signature) is not { } canonical)
            throw new SignerException(Address, "gave no signature of 65 bytes: r, s, and v as 0, 1, 27 or 28");
        return EthereumMessage.RecoverHash(hash, canonical.AsSpan(0, 64), canonical[64] - 27) == Address
            ? canonical
            : throw new SignerException(Address, "signed with another key, or something else than it was given");
    }
}
