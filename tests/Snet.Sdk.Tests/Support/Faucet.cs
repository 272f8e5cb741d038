using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Tests.Support;

/// <summary>Gives new accounts tokens and ether out of the first key of a platform from outside.</summary>
internal sealed class Faucet
{
    private static readonly Lock OneAtATime = new(); // all fixtures spend from the same account
    private static readonly BigInteger Ether = BigInteger.Pow(10, 17);

    private readonly SnetPlatform _platform;
    private readonly PrivateKey _key;
    private readonly EthereumClient _chain;

    public Faucet(SnetPlatform platform)
    {
        (_platform, _key) = (platform, PrivateKey.Parse(platform.Keys[0]));
        var options = new JsonRpcOptions(TimeSpan.FromSeconds(10), 3, TimeProvider.System);
        _chain = new EthereumClient(new JsonRpcClient(new HttpClient(), [platform.Rpc], options));
    }

    public void Fund(EthereumAddress account, BigInteger cogs)
    {
        lock (OneAtATime)
            Task.Run(() => FundAsync(account, cogs)).GetAwaiter().GetResult();
    }

    private async Task FundAsync(EthereumAddress account, BigInteger cogs)
    {
        await SendAsync(account, Ether, [], 21_000);
        await SendAsync(_platform.Token, 0, TokenContract.Transfer.Encode(account, cogs), 200_000);
    }

    private async Task SendAsync(EthereumAddress to, BigInteger value, byte[] data, int gas)
    {
        var nonce = await _chain.GetNextNonceAsync(_key.Address, default);
        var fee = 2 * await _chain.GetBaseFeeAsync(default);
        var transaction = new Transaction(_platform.ChainId, nonce, 1, fee + 1, gas, to, value, data);
        var raw = transaction.EncodeSigned(_key.SignHash(Keccak256.Hash(transaction.EncodeUnsigned())));
        await _chain.SendRawTransactionAsync(raw, default);
        var hash = Hex.Encode(Keccak256.Hash(raw));
        for (var i = 0; i < 600; i++)
        {
            if (await _chain.GetReceiptAsync(hash, default) is { } receipt)
            {
                receipt.Succeeded.ShouldBeTrue("the platform's first key cannot fund another account");
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"The transaction {hash} is in no block after a minute.");
    }
}
