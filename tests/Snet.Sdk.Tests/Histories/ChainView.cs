using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Sandbox;

namespace Snet.Sdk.Tests.Histories;

/// <summary>The chain as it is, read past every client and every fault.</summary>
internal sealed class ChainView(SnetSandbox sandbox)
{
    private readonly EthereumAddress _token = sandbox.Platform.Token, _mpe = sandbox.Platform.Mpe;

    public BigInteger Block => sandbox.Chain.BlockNumber;

    public BigInteger NextChannelId => (BigInteger)Read(_mpe, EscrowContract.NextChannelId)[0];

    public BigInteger WalletOf(EthereumAddress account) => (BigInteger)Read(_token, TokenContract.BalanceOf, account)[0];

    public BigInteger EscrowOf(EthereumAddress account) => (BigInteger)Read(_mpe, EscrowContract.Balances, account)[0];

    /// <summary>Gives a channel's round, value and end.</summary>
    public (BigInteger Nonce, BigInteger Value, BigInteger Expiration) Channel(BigInteger id)
    {
        var values = Read(_mpe, EscrowContract.Channels, id);
        return ((BigInteger)values[0], (BigInteger)values[5], (BigInteger)values[6]);
    }

    private object[] Read(EthereumAddress contract, AbiFunction function, params object[] arguments)
    {
        var ledger = sandbox.Chain.Ledger;
        lock (ledger.Gate)
            return function.Decode(ledger.Try(default, contract, BigInteger.Zero, function.Encode(arguments), long.MaxValue, ledger.Clock.Latest).Answer);
    }
}
