using System.Numerics;
using Snet.Sdk.Accounts;

namespace Snet.Sdk.Tests.Payments;

/// <summary>How many blocks a node lets one search go over: learnt from what nodes in the field say.</summary>
public sealed class LogRangeTests
{
    [TestCase("query exceeds max block range 100000", 100_000)]
    [TestCase("eth_getLogs range is too large, max is 1k blocks", 1_000)]
    [TestCase("ranges over 10000 blocks are not supported on freetier", 10_000)]
    [TestCase("eth_getLogs is limited to 1024 block range. Please check the parameters", 1_024)]
    [TestCase("eth_getLogs is limited to a 10,000 range", 10_000)]
    [TestCase("Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800.", 800)]
    [TestCase("exceed maximum block range: 50000", 50_000)]
    [TestCase("query returned more than 10000 results. Try with this block range [0xBDE5F8, 0xBDE7EB].", 500)]
    [TestCase("You can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x12, 0x1b]", 10)]
    [TestCase("Block range is too large", 100_000)]
    [TestCase("query timeout exceeded", 100_000)]
    [TestCase("error -32005 at block 19000000", 100_000)]
    [TestCase("limit exceeded: [0x5, 0x1]", 100_000)]
    [TestCase("", 100_000)]
    public void Refuse_WordsOfANode_TakesTheLimitThatTheyName(string words, long expected)
    {
        var range = new LogRange();

        range.Refuse(3_000_000, words).ShouldBeTrue();

        range.Size.ShouldBe(expected);
    }

    [Test]
    public void Refuse_AgainAndAgain_EndsAtASingleBlock()
    {
        var range = new LogRange();
        var refusals = 0;
        while (range.Refuse(BigInteger.Min(range.Size, 3_000_000), "no"))
            refusals++;

        (range.Size, refusals).ShouldBe((1, 10));
    }

    [Test]
    public void Refuse_AskedBeforeTheLastRefusal_ChangesNothing()
    {
        var range = new LogRange();
        range.Refuse(100_000, "max range: 500");

        range.Refuse(100_000, "no").ShouldBeTrue();

        range.Size.ShouldBe(500);
    }

    [Test]
    public void Accept_ManyInARow_TriesALargerOneAndLessOftenWhenThatFails()
    {
        var range = new LogRange();
        range.Refuse(3_000_000, "max range: 500");

        Accept(7).ShouldBe(500);
        Accept(1).ShouldBe(1_000);
        range.Refuse(1_000, "no");
        Accept(15).ShouldBe(500);
        Accept(1).ShouldBe(1_000);
        Accept(16).ShouldBe(2_000);

        long Accept(int times)
        {
            for (var i = 0; i < times; i++)
                range.Accept(range.Size);
            return range.Size;
        }
    }

    [Test]
    public void Accept_LastPartIsShort_IsNoProofOfAnything()
    {
        var range = new LogRange();
        range.Refuse(3_000_000, "max range: 500");

        for (var i = 0; i < 100; i++)
            range.Accept(499);

        range.Size.ShouldBe(500);
    }
}
