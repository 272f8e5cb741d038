using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>Core's node client and transactions on a real node.</summary>
public class NodeTests : RealChainFixture
{
    private static IEnumerable<string> Declared =>
        from contract in new[] { typeof(EscrowContract), typeof(TokenContract), typeof(RegistryContract) }
        from member in contract.GetFields()
        where member.GetValue(null) is AbiFunction or AbiEvent
        select $"{contract.Name}.{member.Name}";

    [TestCaseSource(nameof(Declared))]
    public async Task Code_OfTheContract_HasWhatIsDeclared(string name)
    {
        var contract = name.StartsWith("Escrow", StringComparison.Ordinal) ? Chain.Mpe : name.StartsWith("Token", StringComparison.Ordinal) ? Chain.Token : Chain.Registry;
        var type = typeof(EscrowContract).Assembly.GetType($"Snet.Protocol.{name.Split('.')[0]}")!;
        var mark = type.GetField(name.Split('.')[1])!.GetValue(null) is AbiFunction function
            ? Hex.Encode(function.Selector)
            : ((AbiEvent)type.GetField(name.Split('.')[1])!.GetValue(null)!).Topic;

        var code = (await Chain.AskAsync("eth_getCode", [contract.ToLowerString(), "latest"])).GetString()!;

        code.ShouldContain(mark[2..].TrimStart('0')); // the compiler drops leading zeros
    }

    [Test]
    public async Task SendAsync_FreshAccount_BeginsWithNonce0AndCountsOn()
    {
        using var fresh = PrivateKey.Create();
        await Chain.FundAsync(fresh.Address, 5 * One);
        (await Chain.Client.GetNextNonceAsync(fresh.Address, default)).ShouldBe(0);

        var first = await Chain.SendAsync(fresh, Chain.Token, TokenContract.Transfer, Consumer.Address, 1 * One);
        var second = await Chain.SendAsync(fresh, Chain.Token, TokenContract.Transfer, Consumer.Address, 1 * One);

        (await NonceAsync(first.Hash)).ShouldBe("0x0");
        (await NonceAsync(second.Hash)).ShouldBe("0x1");
        (await Chain.Client.GetNextNonceAsync(fresh.Address, default)).ShouldBe(2);
    }

    [Test]
    public async Task SendAsync_ManyAtOnce_AllCount()
    {
        using var other = PrivateKey.Create();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Chain.SendAsync(Consumer, Chain.Token, TokenContract.Transfer, other.Address, One)));

        (await Chain.CallAsync(Chain.Token, TokenContract.BalanceOf, other.Address)).ShouldBe([8 * One]);
    }

    [Test]
    public async Task SendAsync_Receipt_TellsGasThatTheAccountPaid()
    {
        var before = await Chain.Client.GetBalanceAsync(Consumer.Address, default);

        var receipt = await Chain.SendAsync(Consumer, Chain.Token, TokenContract.Approve, Chain.Mpe, One);

        (before - await Chain.Client.GetBalanceAsync(Consumer.Address, default)).ShouldBe(receipt.GasUsed * receipt.GasPrice);
        receipt.GasUsed.ShouldBeInRange(21_000, 300_000);
    }

    [Test]
    public async Task SendAsync_AccountWithoutEther_IsToldBeforeAnythingIsSent()
    {
        using var poor = PrivateKey.Create();

        var error = await Should.ThrowAsync<TransactionException>(() => Chain.SendAsync(poor, Chain.Token, TokenContract.Approve, Chain.Mpe, One));

        error.GasAvailable.ShouldBe(0);
        error.GasNeeded.ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task CallAsync_AddressWithoutContract_IsRefused() =>
        await Should.ThrowAsync<FormatException>(() => Chain.CallAsync(Consumer.Address, TokenContract.BalanceOf, Consumer.Address));

    [Test]
    public async Task CallAsync_Reverted_GivesTheReason()
    {
        var error = await Should.ThrowAsync<JsonRpcException>(() => Chain.CallAsync(Chain.Mpe, EscrowContract.Withdraw, One));

        RevertReason.IsRevert(error).ShouldBeTrue();
        RevertReason.Read(error.ErrorData).ShouldBe("Insufficient balance in the contract.");
    }

    [Test]
    public async Task SendRawTransaction_RevertedInABlock_IsFoundOutWithItsReason()
    {
        // Past the estimate, as when another transaction comes first.
        var data = EscrowContract.Withdraw.Encode(1000 * One);
        var transaction = new Transaction(
            Chain.ChainId, await Chain.Client.GetNextNonceAsync(Consumer.Address, default), 1_000_000_000, 100_000_000_000, 200_000, Chain.Mpe, BigInteger.Zero, data);
        var raw = transaction.EncodeSigned(Consumer.SignHash(Keccak256.Hash(transaction.EncodeUnsigned())));
        await Chain.Client.SendRawTransactionAsync(raw, default);

        TransactionReceipt? receipt = null; // the node answers first and mines then
        for (var attempt = 0; attempt < 250 && receipt is null; attempt++)
        {
            await Task.Delay(20);
            receipt = await Chain.Client.GetReceiptAsync(Hex.Encode(Keccak256.Hash(raw)), default);
        }

        receipt.ShouldNotBeNull().Succeeded.ShouldBeFalse();
        var error = await Should.ThrowAsync<JsonRpcException>(() => Chain.Client.ReplayAsync(Consumer.Address, transaction, receipt.Block, default));
        RevertReason.Read(error.ErrorData).ShouldBe("Insufficient balance in the contract.");
        (await Chain.Client.KnowsTransactionAsync(receipt.Hash, default)).ShouldBeTrue();
        (await Chain.Client.KnowsTransactionAsync("0x" + new string('1', 64), default)).ShouldBeFalse();
    }

    [Test]
    public async Task Recover_SignatureThatTheNodeMade_IsItsAccount()
    {
        var account = (await Chain.AskAsync("eth_accounts", []))[0].GetString()!;
        byte[] message = [1, 2, 3, 0, 255];

        var signature = (await Chain.AskAsync("personal_sign", [Hex.Encode(message), account])).GetString()!;

        EthereumMessage.Recover(message, Hex.Decode(signature)).ShouldBe(EthereumAddress.Parse(account));
    }

    private async Task<string?> NonceAsync(string hash) =>
        (await Chain.AskAsync("eth_getTransactionByHash", [hash])).GetProperty("nonce").GetString();
}
