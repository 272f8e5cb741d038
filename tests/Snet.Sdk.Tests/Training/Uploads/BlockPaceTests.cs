using System.Numerics;
using Snet.Sdk.Training.Uploads;

namespace Snet.Sdk.Tests.Training.Uploads;

public sealed class BlockPaceTests
{
    [Test]
    public void Observe_MainNetwork_AsksSeldomAndIsNeverABlockOff()
    {
        var looks = Follow(blockTime: TimeSpan.FromSeconds(12), duration: TimeSpan.FromHours(1), out var worst);

        looks.ShouldBeLessThan(620); // an hour has 300 blocks
        worst.ShouldBeLessThanOrEqualTo(1);
    }

    [TestCase(3)]
    [TestCase(10)]
    [TestCase(100)]
    [TestCase(250)]
    [TestCase(2000)]
    public void Observe_QuickChain_IsNeverMoreThanThreeBlocksOff(int milliseconds)
    {
        Follow(TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(milliseconds) * 1000, out var worst);

        worst.ShouldBeLessThanOrEqualTo(3);
    }

    [Test]
    public void Observe_NoBlocksAtAll_AsksSeldomAndReckonsNone()
    {
        var pace = new BlockPace(100, TimeSpan.Zero);
        var now = TimeSpan.Zero;
        var looks = 0;
        for (; now < TimeSpan.FromMinutes(10); looks++)
        {
            now += pace.Pause;
            pace.Predict(now).ShouldBe(100);
            pace.Observe(100, now);
        }

        looks.ShouldBeLessThan(115);
    }

    [Test]
    public void Observe_OneBlockRightAtTheStart_IsNoSignOfAQuickChain()
    {
        var pace = new BlockPace(100, TimeSpan.Zero);

        pace.Observe(101, TimeSpan.FromMilliseconds(10));

        pace.Interval.ShouldBe(TimeSpan.FromSeconds(12));
    }

    [Test]
    public void Observe_QuickChainGoesToSleep_LooksGetRare()
    {
        var pace = new BlockPace(100, TimeSpan.Zero);
        var now = TimeSpan.Zero;
        for (var block = 101; block < 200; block++)
            pace.Observe(block, now += TimeSpan.FromMilliseconds(10));
        pace.Interval.ShouldBe(TimeSpan.FromMilliseconds(10));

        for (var i = 0; i < 20; i++)
            pace.Observe(199, now += pace.Pause);

        pace.Pause.ShouldBe(TimeSpan.FromSeconds(6));
    }

    [Test]
    public void Predict_NodeIsSilent_BlocksAreReckonedOn()
    {
        var pace = new BlockPace(100, TimeSpan.Zero);
        pace.Miss();

        pace.Predict(TimeSpan.FromSeconds(11)).ShouldBe(100);
        pace.Predict(TimeSpan.FromMinutes(2)).ShouldBe(110);
    }

    [Test]
    public void Observe_BlocksAreTakenBack_TheLowerNumberCounts()
    {
        var pace = new BlockPace(100, TimeSpan.Zero);

        pace.Observe(98, TimeSpan.FromMilliseconds(10));

        pace.Predict(TimeSpan.FromMilliseconds(20)).ShouldBe(98);
    }

    // A chain with a block each so often, whose node answers a millisecond after it was asked. Gives the number of looks, and how far off the block was at worst.
    private static int Follow(TimeSpan blockTime, TimeSpan duration, out int worst)
    {
        var pace = new BlockPace(100, TimeSpan.Zero);
        var looks = 0;
        worst = 0;
        for (var now = TimeSpan.Zero; now < duration; looks++)
        {
            var asked = now + pace.Pause;
            now = asked + TimeSpan.FromMilliseconds(1);
            if (looks > 2) // the first looks find out
                worst = Math.Max(worst, (int)BigInteger.Abs(pace.Predict(now) - Latest(now)));
            pace.Observe(Latest(asked), asked);
        }

        return looks;

        BigInteger Latest(TimeSpan at) => 100 + (long)(at / blockTime);
    }
}
