using Snet.Ethereum;
using Snet.Sdk.Accounts;

namespace Snet.Sdk.Tests.Support;

/// <summary>A vault or a device as a test wants it: slow, broken, or with answers of another form.</summary>
internal sealed class ScriptedSigner(ISigner inner) : ISigner
{
    /// <summary>Stands between the right signature and the SDK; null lets it pass.</summary>
    public Func<byte[], CancellationToken, ValueTask<byte[]>>? Message { get; set; }

    /// <summary>The same for transactions.</summary>
    public Func<byte[], CancellationToken, ValueTask<byte[]>>? Transaction { get; set; }

    public EthereumAddress Address => inner.Address;

    public async ValueTask<byte[]> SignMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        var signature = await inner.SignMessageAsync(message, CancellationToken.None);
        return Message is { } script ? await script(signature, cancellationToken) : signature;
    }

    public async ValueTask<byte[]> SignTransactionAsync(ReadOnlyMemory<byte> unsignedTransaction, CancellationToken cancellationToken = default)
    {
        var signature = await inner.SignTransactionAsync(unsignedTransaction, CancellationToken.None);
        return Transaction is { } script ? await script(signature, cancellationToken) : signature;
    }
}
