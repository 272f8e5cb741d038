using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>Every function and event of the real token that the SDK sends or reads.</summary>
public class TokenTests : RealChainFixture
{
    [Test]
    public async Task DecimalsAndSymbol_Token_AreRead()
    {
        (await Chain.CallAsync(Chain.Token, TokenContract.Decimals)).ShouldBe([new BigInteger(8)]);
        (await Chain.CallAsync(Chain.Token, TokenContract.Symbol)).ShouldBe(["AGIX"]);
    }

    [Test]
    public async Task Approve_Allowance_IsToldKeptAndSetAnewWithoutZeroBetween()
    {
        var receipt = await Chain.SendAsync(Consumer, Chain.Token, TokenContract.Approve, Chain.Mpe, 9 * One);

        Only(receipt, TokenContract.Approval).ShouldBe([Consumer.Address, Chain.Mpe, 9 * One]);
        (await Chain.CallAsync(Chain.Token, TokenContract.Allowance, Consumer.Address, Chain.Mpe)).ShouldBe([9 * One]);
    }

    [Test]
    public async Task Transfer_Tokens_AreMovedAndTold()
    {
        using var other = PrivateKey.Create();

        var receipt = await Chain.SendAsync(Consumer, Chain.Token, TokenContract.Transfer, other.Address, 2 * One);

        Only(receipt, TokenContract.Transferred).ShouldBe([Consumer.Address, other.Address, 2 * One]);
        (await Chain.CallAsync(Chain.Token, TokenContract.BalanceOf, other.Address)).ShouldBe([2 * One]);
        (await ReasonAsync(Consumer, Chain.Token, TokenContract.Transfer, other.Address, 5000 * One)).ShouldBe("ERC20: transfer amount exceeds balance");
    }

    [Test]
    public async Task TransferFrom_Approved_MovesSomebodyElsesTokens()
    {
        await Chain.SendAsync(Consumer, Chain.Token, TokenContract.Approve, Provider.Address, 3 * One);

        var receipt = await Chain.SendAsync(Provider, Chain.Token, TokenContract.TransferFrom, Consumer.Address, Provider.Address, 3 * One);

        Only(receipt, TokenContract.Transferred).ShouldBe([Consumer.Address, Provider.Address, 3 * One]);
    }
}
