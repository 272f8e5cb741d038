using System.Numerics;
using System.Net.Sockets;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Faults;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The chain as the daemon sees it: by JSON-RPC alone, asked whenever the real daemon asks (protocol i.3), nothing kept.</summary>
internal sealed class DaemonChain : IDisposable
{
    private static readonly BigInteger IdLimit = BigInteger.One << 256;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly DaemonSettings _settings;
    private readonly EthereumClient _node;

    public DaemonChain(DaemonSettings settings)
    {
        _settings = settings;
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(HttpFaults.DaemonAgent);
        // One attempt: the daemon does not ask again, its clients see the failure.
        _node = new EthereumClient(
            new JsonRpcClient(_http, [settings.Rpc], new JsonRpcOptions(TimeSpan.FromSeconds(10), MaxRetries: 0, settings.Time)));
    }

    /// <summary>Gives the latest block's number.</summary>
    /// <exception cref="DaemonChainException">The node did not answer.</exception>
    public Task<BigInteger> GetBlockAsync(CancellationToken cancellationToken) =>
        AskAsync(() => _node.GetBlockNumberAsync(cancellationToken));

    /// <summary>Reads a channel from the contract.</summary>
    /// <returns>The channel; null when there is none of this id.</returns>
    /// <exception cref="DaemonChainException">The node did not answer.</exception>
    public async Task<PaymentChannel?> GetChannelAsync(BigInteger id, CancellationToken cancellationToken)
    {
        if (id.Sign < 0 || id >= IdLimit)
            return null;
        var answer = await CallAsync(_settings.Mpe, EscrowContract.Channels, [id], cancellationToken).ConfigureAwait(false);
        var sender = (EthereumAddress)answer[1];
        return sender.IsZero ? null : new PaymentChannel(
            id, (BigInteger)answer[0], sender, (EthereumAddress)answer[2], (EthereumAddress)answer[3], (byte[])answer[4],
            (BigInteger)answer[5], (BigInteger)answer[6], BigInteger.Zero, null);
    }

    /// <summary>Gives how much of the token an address holds, in cogs.</summary>
    /// <exception cref="DaemonChainException">The node did not answer.</exception>
    public async Task<BigInteger> GetTokenBalanceAsync(EthereumAddress owner, CancellationToken cancellationToken) =>
        (BigInteger)(await CallAsync(_settings.Token, TokenContract.BalanceOf, [owner], cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Reads the Registry.</summary>
    /// <exception cref="DaemonChainException">The node did not answer.</exception>
    public Task<object[]> ReadRegistryAsync(AbiFunction function, object[] arguments, CancellationToken cancellationToken) =>
        CallAsync(_settings.Registry, function, arguments, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<object[]> CallAsync(
        EthereumAddress contract, AbiFunction function, object[] arguments, CancellationToken cancellationToken) =>
        AskAsync(() => _node.CallAsync(contract, function, arguments, cancellationToken));

    private async Task<T> AskAsync<T>(Func<Task<T>> question)
    {
        try
        {
            return await question().ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonRpcException or FormatException)
        {
            throw new DaemonChainException(Describe(e), e);
        }
    }

    // The words of the daemon's own node client, which name the node (protocol e.3 #6, e.5).
    private string Describe(Exception e) =>
        e.InnerException?.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
        ? $"Post \"{_settings.Rpc.OriginalString}\": dial tcp {_settings.Rpc.Host}:{_settings.Rpc.Port}: connect: connection refused"
        : $"Post \"{_settings.Rpc.OriginalString}\": {e.Message}";
}
