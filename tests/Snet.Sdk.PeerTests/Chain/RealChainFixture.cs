using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>Tests on one real chain: a consumer with tokens, a provider, and what every test asks of them.</summary>
[Category("Peer")]
public abstract class RealChainFixture
{
    /// <summary>One token unit in these tests, in cogs.</summary>
    private protected static readonly BigInteger One = BigInteger.Pow(10, 8);

    private protected static readonly byte[] Group = Bytes32.FromGroupId("IYc03Ikqu4kfhG8s/XnuJxNkOFrwEt3QpkxRrglWVC4=");

    private protected RealChain Chain { get; private set; } = null!;

    private protected PrivateKey Consumer { get; private set; } = null!;

    private protected PrivateKey Provider { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartChain()
    {
        Chain = await RealChain.StartAsync();
        Provider = PrivateKey.Parse(TestKeys.Provider.Key);
    }

    [OneTimeTearDown]
    public async Task StopChain()
    {
        Provider?.Dispose();
        if (Chain is not null)
            await Chain.DisposeAsync();
    }

    /// <summary>A new consumer for each test, so that no test depends on another: 1000 tokens, half of them approved and 100 deposited.</summary>
    [SetUp]
    public async Task MakeConsumer()
    {
        Consumer = PrivateKey.Create();
        await Chain.FundAsync(Consumer.Address, 1000 * One);
        await Chain.SendAsync(Consumer, Chain.Token, TokenContract.Approve, Chain.Mpe, 500 * One);
        await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.Deposit, 100 * One);
    }

    [TearDown]
    public void ForgetConsumer() => Consumer?.Dispose();

    /// <summary>Opens a channel from the consumer to the provider.</summary>
    /// <returns>The channel's id, as the event tells it.</returns>
    private protected async Task<BigInteger> OpenAsync(BigInteger value, BigInteger expiration, EthereumAddress? signer = null)
    {
        var receipt = await Chain.SendAsync(
            Consumer, Chain.Mpe, EscrowContract.OpenChannel, signer ?? Consumer.Address, Provider.Address, Group, value, expiration);
        return (BigInteger)Only(receipt, EscrowContract.ChannelOpen)[0];
    }

    /// <summary>Gives the values of the one event of this kind in a receipt.</summary>
    private protected static object[] Only(TransactionReceipt receipt, AbiEvent kind)
    {
        var log = receipt.Logs.Where(log => log.Topics[0] == kind.Topic).ShouldHaveSingleItem();
        return kind.Decode(log.Topics, log.Data);
    }

    /// <summary>Sends what the contract must refuse and gives its reason.</summary>
    private protected async Task<string?> ReasonAsync(PrivateKey from, EthereumAddress to, AbiFunction function, params object[] arguments)
    {
        var error = await Should.ThrowAsync<TransactionException>(() => Chain.SendAsync(from, to, function, arguments));
        error.Hash.ShouldBeNull(); // it was found out before anything was sent
        return error.Reason;
    }
}
