using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>Every function and event of the real MultiPartyEscrow that the SDK sends or reads.</summary>
public class EscrowTests : RealChainFixture
{
    private static readonly BigInteger Far = 1_000_000; // a block that no test reaches

    [Test]
    public async Task Token_Escrow_IsTheToken() => (await Chain.CallAsync(Chain.Mpe, EscrowContract.Token)).ShouldBe([Chain.Token]);

    [Test]
    public async Task Deposit_Approved_MovesTokensAndTellsIt()
    {
        var receipt = await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.Deposit, 7 * One);

        Only(receipt, EscrowContract.DepositFunds).ShouldBe([Consumer.Address, 7 * One]);
        Only(receipt, TokenContract.Transferred).ShouldBe([Consumer.Address, Chain.Mpe, 7 * One]);
        (await BalanceAsync()).ShouldBe(107 * One);
        (await Chain.CallAsync(Chain.Token, TokenContract.BalanceOf, Consumer.Address)).ShouldBe([893 * One]);
    }

    [Test]
    public async Task Deposit_MoreThanApproved_IsRefusedByTheToken() =>
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.Deposit, 401 * One)).ShouldBe("ERC20: transfer amount exceeds allowance");

    [Test]
    public async Task Withdraw_PartOfTheBalance_ComesBack()
    {
        var receipt = await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.Withdraw, 30 * One);

        Only(receipt, EscrowContract.WithdrawFunds).ShouldBe([Consumer.Address, 30 * One]);
        (await BalanceAsync()).ShouldBe(70 * One);
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.Withdraw, 71 * One)).ShouldBe("Insufficient balance in the contract.");
    }

    [Test]
    public async Task Transfer_InsideTheEscrow_MovesTheBalance()
    {
        using var other = PrivateKey.Create();

        var receipt = await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.Transfer, other.Address, 40 * One);

        Only(receipt, EscrowContract.TransferFunds).ShouldBe([Consumer.Address, other.Address, 40 * One]);
        (await Chain.CallAsync(Chain.Mpe, EscrowContract.Balances, other.Address)).ShouldBe([40 * One]);
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.Transfer, other.Address, 61 * One)).ShouldBe("Insufficient balance in the contract");
    }

    [Test]
    public async Task OpenChannel_FromTheBalance_IsToldAndCanBeRead()
    {
        using var signer = PrivateKey.Create();
        var next = (BigInteger)(await Chain.CallAsync(Chain.Mpe, EscrowContract.NextChannelId))[0];

        var receipt = await Chain.SendAsync(
            Consumer, Chain.Mpe, EscrowContract.OpenChannel, signer.Address, Provider.Address, Group, 10 * One, Far);

        Only(receipt, EscrowContract.ChannelOpen).ShouldBe(
            [next, BigInteger.Zero, Consumer.Address, signer.Address, Provider.Address, Group, 10 * One, Far]);
        (await ChannelAsync(next)).ShouldBe([BigInteger.Zero, Consumer.Address, signer.Address, Provider.Address, Group, 10 * One, Far]);
        (await Chain.CallAsync(Chain.Mpe, EscrowContract.NextChannelId)).ShouldBe([next + 1]);
        (await BalanceAsync()).ShouldBe(90 * One);
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.OpenChannel, signer.Address, Provider.Address, Group, 91 * One, Far))
            .ShouldBe("Insufficient balance in the contract.");
    }

    [Test]
    public async Task DepositAndOpenChannel_Approved_DoesBoth()
    {
        var receipt = await Chain.SendAsync(
            Consumer, Chain.Mpe, EscrowContract.DepositAndOpenChannel, Consumer.Address, Provider.Address, Group, 20 * One, Far);

        Only(receipt, EscrowContract.DepositFunds).ShouldBe([Consumer.Address, 20 * One]);
        Only(receipt, EscrowContract.ChannelOpen)[6].ShouldBe(20 * One);
        (await BalanceAsync()).ShouldBe(100 * One);
    }

    [Test]
    public async Task Channels_UnknownId_IsAllZero() => (await ChannelAsync(BigInteger.One << 200)).ShouldBe(
        [BigInteger.Zero, EthereumAddress.Zero, EthereumAddress.Zero, EthereumAddress.Zero, new byte[32], BigInteger.Zero, BigInteger.Zero]);

    [Test]
    public async Task GetLogs_OwnChannels_FindsThemByTopicsAlone()
    {
        var first = await OpenAsync(1 * One, Far);
        var second = await OpenAsync(2 * One, Far);
        string?[] topics =
        [
            EscrowContract.ChannelOpen.Topic, AbiEvent.Topic32("address", Consumer.Address), AbiEvent.Topic32("address", Provider.Address),
            AbiEvent.Topic32("bytes32", Group),
        ];

        var logs = await Chain.Client.GetLogsAsync(Chain.Mpe, topics, 0, await Chain.Client.GetBlockNumberAsync(default), isHeavy: false, default);
        var ofAnyGroup = await Chain.Client.GetLogsAsync(
            Chain.Mpe, [topics[0], null, topics[2]], 0, null, isHeavy: false, default);

        logs.Select(log => EscrowContract.ChannelOpen.Decode(log.Topics, log.Data)[0]).ShouldBe([first, second]);
        logs.ShouldAllBe(log => log.Contract == Chain.Mpe && log.Block > 0);
        ofAnyGroup.Count.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Test]
    public async Task ChannelExtend_LaterBlock_IsToldAndKept()
    {
        var id = await OpenAsync(1 * One, Far);

        Only(await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.ChannelExtend, id, Far + 1), EscrowContract.ChannelExtended).ShouldBe([id, Far + 1]);

        (await ChannelAsync(id))[6].ShouldBe(Far + 1);
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.ChannelExtend, id, Far)).ShouldBe("Invalid expiration.");
        (await ReasonAsync(Provider, Chain.Mpe, EscrowContract.ChannelExtend, id, Far + 2)).ShouldBe("Sender not authorized");
    }

    [Test]
    public async Task ChannelAddFunds_FromTheBalance_IsToldAndKept()
    {
        var id = await OpenAsync(1 * One, Far);

        Only(await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.ChannelAddFunds, id, 3 * One), EscrowContract.ChannelFundsAdded)
            .ShouldBe([id, 3 * One]);

        (await ChannelAsync(id))[5].ShouldBe(4 * One);
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.ChannelAddFunds, id, 97 * One)).ShouldBe("Insufficient balance in the contract");
    }

    [Test]
    public async Task ChannelExtendAndAddFunds_Both_AreToldAndKept()
    {
        var id = await OpenAsync(1 * One, Far);

        var receipt = await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.ChannelExtendAndAddFunds, id, Far + 5, 2 * One);

        Only(receipt, EscrowContract.ChannelExtended).ShouldBe([id, Far + 5]);
        Only(receipt, EscrowContract.ChannelFundsAdded).ShouldBe([id, 2 * One]);
        (await ChannelAsync(id))[5..].ShouldBe([3 * One, Far + 5]);
    }

    [Test]
    public async Task ChannelClaimTimeout_ExpirationPassed_BringsEverythingBack()
    {
        var block = await Chain.Client.GetBlockNumberAsync(default);
        var id = await OpenAsync(5 * One, block + 20);
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.ChannelClaimTimeout, id)).ShouldBe("Claim called too early.");
        (await ReasonAsync(Provider, Chain.Mpe, EscrowContract.ChannelClaimTimeout, id)).ShouldBe("Sender not authorized.");

        await Chain.MineAsync(20);
        var receipt = await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.ChannelClaimTimeout, id);

        Only(receipt, EscrowContract.ChannelSenderClaim).ShouldBe([id, BigInteger.One, BigInteger.Zero]);
        (await ChannelAsync(id)).ShouldBe(
            [BigInteger.One, Consumer.Address, Consumer.Address, Provider.Address, Group, BigInteger.Zero, BigInteger.Zero]);
        (await BalanceAsync()).ShouldBe(100 * One);
    }

    [Test]
    public async Task OpenChannelByThirdParty_PermissionOfTheSender_IsGoodOnce()
    {
        var payer = Provider; // anybody with a balance; here it is the recipient
        await Chain.SendAsync(Consumer, Chain.Mpe, EscrowContract.Transfer, payer.Address, 9 * One);
        var messageNonce = new BigInteger(4242);
        var hash = SignedMessages.OpenChannelByThirdParty(
            Chain.Mpe, payer.Address, Consumer.Address, Provider.Address, Group, 4 * One, Far, messageNonce);
        var permission = Split(Consumer.SignMessage(hash));
        object[] arguments = [Consumer.Address, Consumer.Address, Provider.Address, Group, 4 * One, Far, messageNonce, .. permission];

        var receipt = await Chain.SendAsync(payer, Chain.Mpe, EscrowContract.OpenChannelByThirdParty, arguments);

        Only(receipt, EscrowContract.ChannelOpen)[2].ShouldBe(Consumer.Address);
        (await Chain.CallAsync(Chain.Mpe, EscrowContract.UsedMessages, EthereumMessage.Hash(hash))).ShouldBe([true]);
        (await ReasonAsync(payer, Chain.Mpe, EscrowContract.OpenChannelByThirdParty, arguments)).ShouldBe("Signature has already been used");
        arguments[4] = 5 * One;
        (await ReasonAsync(payer, Chain.Mpe, EscrowContract.OpenChannelByThirdParty, arguments)).ShouldBe("Invalid signature");
    }

    private async Task<BigInteger> BalanceAsync() => (BigInteger)(await Chain.CallAsync(Chain.Mpe, EscrowContract.Balances, Consumer.Address))[0];

    private Task<object[]> ChannelAsync(BigInteger id) => Chain.CallAsync(Chain.Mpe, EscrowContract.Channels, id);

    private static object[] Split(byte[] signature) => [(BigInteger)signature[64], signature[..32], signature[32..64]];
}
