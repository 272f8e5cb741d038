using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Tests;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>What the node refuses to take in, and what becomes of that which it takes.</summary>
internal sealed class TransactionRulesTests
{
    private static readonly byte[] Approve = TokenContract.Approve.Encode(Network.Mpe, new BigInteger(5));

    [Test]
    public async Task Send_WrongChain_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        await RefusedAsync(node, key, t => t with { ChainId = 1 }, "invalid sender: invalid chain id for signer: have 1 want 11155111");
    }

    [Test]
    public async Task Send_LegacyOfMainnet_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        var raw = TestData.Vectors("tx_legacy_eip155.json").GetProperty("transactions").EnumerateArray()
            .Single(t => t.GetProperty("name").GetString() == "mainnet_chain_id_and_zero_nonce").GetProperty("raw").GetString();

        (await node.ErrorAsync("eth_sendRawTransaction", raw)).Message.ShouldBe("invalid sender: invalid chain id for signer: have 1 want 11155111");
    }

    [Test]
    public async Task Send_NonceUsed_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        await node.SendAsync(key, Network.Token, Approve);

        await RefusedAsync(node, key, t => t with { Nonce = 0 }, "nonce too low: next nonce 1, tx nonce 0");
    }

    [Test]
    public async Task Send_TooLittleEther_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = PrivateKey.Create();
        node.Chain.Fund(key.Address, 0, 1_499_999_999_999_999);

        await RefusedAsync(
            node, key, t => t,
            "insufficient funds for gas * price + value: balance 1499999999999999, tx cost 1500000000000000, overshot 1");
        node.Chain.Fund(key.Address, 0, 1);
        await node.SendAsync(key, Network.Token, Approve);
    }

    [Test]
    public async Task Send_GasBelowIntrinsic_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        await RefusedAsync(node, key, t => t with { GasLimit = 21_000, Data = [0, 1] }, "intrinsic gas too low: gas 21000, minimum needed 21020");
    }

    [Test]
    public async Task Send_GasAboveBlock_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        await RefusedAsync(node, key, t => t with { GasLimit = 30_000_001 }, "exceeds block gas limit");
    }

    [Test]
    public async Task Send_TipAboveFee_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        await RefusedAsync(node, key, t => t with { MaxPriorityFeePerGas = 3_000_000_001 }, "max priority fee per gas higher than max fee per gas");
    }

    [Test]
    public async Task Send_FeeBelowBaseFee_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        await RefusedAsync(
            node, key, t => t with { MaxPriorityFeePerGas = 1, MaxFeePerGas = 999_999_999 },
            $"max fee per gas less than block base fee: address {key.Address}, maxFeePerGas: 999999999, baseFee: 1000000000");
    }

    [TestCase("0x", "typed transaction too short")]
    [TestCase("0x02", "typed transaction too short")]
    [TestCase("0x01c0", "transaction type not supported")]
    [TestCase("0x02c0", "rlp: too few elements for types.TxData")]
    [TestCase("0xc0", "rlp: too few elements for types.TxData")]
    [TestCase("0x02f8", "rlp: An RLP length is malformed.")]
    public async Task Send_Malformed_IsRefused(string raw, string text)
    {
        await using var node = await TestNode.StartAsync();

        (await node.ErrorAsync("eth_sendRawTransaction", raw)).ShouldBe((-32000, text, null));
    }

    [Test]
    public async Task Send_SignatureWithLargeS_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        var transaction = new Transaction(11155111, 0, 1_000_000_000, 3_000_000_000, 500_000, Network.Token, 0, Approve);
        var signature = key.SignHash(Keccak256.Hash(transaction.EncodeUnsigned()));
        var order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber, null);
        var s = order - new BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        Abi.Encode(["uint256"], [s]).CopyTo(signature, 32);
        signature[64] ^= 1;

        (await node.ErrorAsync("eth_sendRawTransaction", Hex.Encode(transaction.EncodeSigned(signature)))).Message
            .ShouldBe("invalid sender: invalid transaction v, r, s values");
    }

    [Test]
    public async Task Send_WithoutChainId_IsRefused()
    {
        await using var node = await TestNode.StartAsync();

        (await node.ErrorAsync("eth_sendRawTransaction", Legacy(Network.Token.ToByteArray(), v: 27))).Message
            .ShouldBe("only replay-protected (EIP-155) transactions allowed over RPC");
    }

    [Test]
    public async Task Send_ContractCreation_IsRefused()
    {
        await using var node = await TestNode.StartAsync();

        (await node.ErrorAsync("eth_sendRawTransaction", Legacy([], v: (2 * 11_155_111) + 35))).Message.ShouldContain("creates no others");
    }

    [Test]
    public async Task Send_NonceAhead_WaitsForTheOneBefore()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        var second = await node.SendAsync(key, Network.Token, Approve, t => t with { Nonce = 1 });
        (await node.ReceiptAsync(second)).ValueKind.ShouldBe(JsonValueKind.Null);
        (await node.ResultAsync("eth_getTransactionByHash", second)).GetProperty("blockNumber").ValueKind.ShouldBe(JsonValueKind.Null);
        (await node.NumberAsync("eth_getTransactionCount", key.Address.ToString(), "pending")).ShouldBe(0);
        (await node.ErrorAsync("eth_sendRawTransaction", await node.SignAsync(key, Network.Token, Approve, t => t with { Nonce = 1 }))).Message.ShouldBe("already known");

        var first = await node.SendAsync(key, Network.Token, Approve, t => t with { Nonce = 0 });

        (await node.ReceiptAsync(first)).GetProperty("blockNumber").GetString().ShouldBe("0x1");
        (await node.ReceiptAsync(second)).GetProperty("blockNumber").GetString().ShouldBe("0x2");
        (await node.NumberAsync("eth_getTransactionCount", key.Address.ToString(), "pending")).ShouldBe(2);
    }

    [Test]
    public async Task Send_AutoMineOff_TransactionsShareTheNextBlock()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        node.Chain.AutoMine = false;

        var first = await node.SendAsync(key, Network.Token, Approve, t => t with { Nonce = 0 });
        var second = await node.SendAsync(key, Network.Token, Approve, t => t with { Nonce = 1 });
        (await node.NumberAsync("eth_getTransactionCount", key.Address.ToString(), "pending")).ShouldBe(2);
        node.Chain.BlockNumber.ShouldBe(0);
        node.Chain.Mine();

        var (a, b) = (await node.ReceiptAsync(first), await node.ReceiptAsync(second));
        (a.GetProperty("blockNumber").GetString(), a.GetProperty("transactionIndex").GetString()).ShouldBe(("0x1", "0x0"));
        (b.GetProperty("blockNumber").GetString(), b.GetProperty("transactionIndex").GetString()).ShouldBe(("0x1", "0x1"));
        b.GetProperty("logs")[0].GetProperty("logIndex").GetString().ShouldBe("0x1");
        Hex.DecodeNumber(b.GetProperty("cumulativeGasUsed").GetString())
            .ShouldBe(Hex.DecodeNumber(a.GetProperty("gasUsed").GetString()) + Hex.DecodeNumber(b.GetProperty("gasUsed").GetString()));
        (await node.ResultAsync("eth_getBlockByNumber", "latest", false)).GetProperty("transactions").EnumerateArray().Select(t => t.GetString()).ShouldBe([first, second]);
    }

    [Test]
    public async Task Send_SameNonceWhileWaiting_ReplacesForATenthMore()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        node.Chain.AutoMine = false;
        var old = await node.SendAsync(key, Network.Token, Approve);

        await RefusedAsync(node, key, t => t with { MaxFeePerGas = 3_299_999_999, MaxPriorityFeePerGas = 1_100_000_000 }, "replacement transaction underpriced");
        var replacement = await node.SendAsync(
            key, Network.Token, Approve, t => t with { MaxFeePerGas = 3_300_000_000, MaxPriorityFeePerGas = 1_100_000_000 });
        node.Chain.Mine();

        (await node.ResultAsync("eth_getTransactionByHash", old)).ValueKind.ShouldBe(JsonValueKind.Null);
        (await node.ReceiptAsync(replacement)).GetProperty("status").GetString().ShouldBe("0x1");
    }

    [Test]
    public async Task Execute_Reverted_CostsGasAndChangesNothing()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        var hash = await node.SendAsync(key, Network.Mpe, EscrowContract.DepositAndOpenChannel.Encode(
            key.Address, key.Address, new byte[32], new BigInteger(7), new BigInteger(1)));

        var receipt = await node.ReceiptAsync(hash);
        receipt.GetProperty("status").GetString().ShouldBe("0x0");
        receipt.GetProperty("logs").GetArrayLength().ShouldBe(0);
        var paid = Hex.DecodeNumber(receipt.GetProperty("gasUsed").GetString()) * Hex.DecodeNumber(receipt.GetProperty("effectiveGasPrice").GetString());
        paid.Sign.ShouldBe(1);
        (await node.NumberAsync("eth_getBalance", key.Address.ToString(), "latest")).ShouldBe(TestNode.Thousand - paid);
        (await node.NumberAsync("eth_getTransactionCount", key.Address.ToString(), "latest")).ShouldBe(1);
        (await node.ReadAsync(Network.Token, TokenContract.BalanceOf, key.Address)).ShouldBe([TestNode.Thousand]);
    }

    [Test]
    public async Task Execute_RevertedAfterChanges_TakesThemBack()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        await node.SendAsync(key, Network.Token, TokenContract.Approve.Encode(Network.Mpe, new BigInteger(100)));

        // The deposit goes well, then the zero signer is refused: what was deposited must be back.
        var hash = await node.SendAsync(key, Network.Mpe, EscrowContract.DepositAndOpenChannel.Encode(
            default(EthereumAddress), key.Address, new byte[32], new BigInteger(7), new BigInteger(1)));

        (await node.ReceiptAsync(hash)).GetProperty("status").GetString().ShouldBe("0x0");
        (await node.ReadAsync(Network.Token, TokenContract.BalanceOf, key.Address)).ShouldBe([TestNode.Thousand]);
        (await node.ReadAsync(Network.Token, TokenContract.Allowance, key.Address, Network.Mpe)).ShouldBe([new BigInteger(100)]);
        (await node.ReadAsync(Network.Mpe, EscrowContract.Balances, key.Address)).ShouldBe([BigInteger.Zero]);
    }

    [Test]
    public async Task Execute_OutOfGas_UsesAllOfIt()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        var needed = await node.NumberAsync("eth_estimateGas", TestNode.CallObject(Network.Token, Hex.Encode(Approve), key.Address));

        var failed = await node.ReceiptAsync(await node.SendAsync(key, Network.Token, Approve, t => t with { GasLimit = needed - 1 }));
        var succeeded = await node.ReceiptAsync(await node.SendAsync(key, Network.Token, Approve, t => t with { GasLimit = needed }));

        failed.GetProperty("status").GetString().ShouldBe("0x0");
        Hex.DecodeNumber(failed.GetProperty("gasUsed").GetString()).ShouldBe(needed - 1);
        succeeded.GetProperty("status").GetString().ShouldBe("0x1");
    }

    [Test]
    public async Task Execute_PlainTransfer_MovesEtherForTheBaseFeeAndTheTip()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        var receiver = EthereumAddress.Parse("0x000000000000000000000000000000000000dEaD");

        await node.SendAsync(key, receiver, [], t => t with { Value = 12345, GasLimit = 21_000 });

        (await node.NumberAsync("eth_getBalance", receiver.ToString(), "latest")).ShouldBe(12345);
        (await node.NumberAsync("eth_getBalance", key.Address.ToString(), "latest"))
            .ShouldBe(TestNode.Thousand - 12345 - (21_000 * new BigInteger(2_000_000_000)));
    }

    [Test]
    public async Task Execute_EtherToAContract_IsReverted()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        var receipt = await node.ReceiptAsync(await node.SendAsync(key, Network.Token, Approve, t => t with { Value = 1 }));

        receipt.GetProperty("status").GetString().ShouldBe("0x0");
        (await node.NumberAsync("eth_getBalance", Network.Token.ToString(), "latest")).ShouldBe(0);
    }

    private static string Legacy(byte[] to, BigInteger v)
    {
        var signature = TestData.Vectors("tx_legacy_eip155.json").GetProperty("transactions")[0]; // any point on the curve will do
        return Hex.Encode(Rlp.List(
            Rlp.Number(0), Rlp.Number(2_000_000_000), Rlp.Number(100_000), Rlp.Bytes(to), Rlp.Number(0), Rlp.Bytes([0xfe]), Rlp.Number(v),
            Rlp.Bytes(Hex.Decode(signature.GetProperty("r").GetString()!)), Rlp.Bytes(Hex.Decode(signature.GetProperty("s").GetString()!))));
    }

    private static async Task RefusedAsync(TestNode node, PrivateKey key, Func<Transaction, Transaction> change, string text)
    {
        var block = node.Chain.BlockNumber;
        (await node.ErrorAsync("eth_sendRawTransaction", await node.SignAsync(key, Network.Token, Approve, change))).ShouldBe((-32000, text, null));
        node.Chain.BlockNumber.ShouldBe(block);
    }
}
