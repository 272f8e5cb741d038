using System.Numerics;

namespace Snet.Sdk.Training.Uploads;

/// <summary>Learns how fast blocks come from looking at the chain now and then, and says when to look again.</summary>
/// <remarks>
/// The looks begin close together and get rarer while nothing happens: a chain whose blocks come in milliseconds is found out within a few of them, and one
/// with a block every 12 seconds is asked ten times in the first ten seconds and once in six from then on.
/// </remarks>
internal sealed class BlockPace
{
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(6);

    private BigInteger _block;
    private TimeSpan _seen;      // when the latest look was
    private TimeSpan _changed;   // when the latest look that found another block was
    private bool _hasChanged;

    /// <param name="block">The latest block's number.</param>
    /// <param name="now">The time, from any start.</param>
    public BlockPace(BigInteger block, TimeSpan now) => (_block, _seen, _changed) = (block, now, now);

    /// <summary>How long a block takes, as far as is known.</summary>
    public TimeSpan Interval { get; private set; } = UsualInterval;

    /// <summary>How quickly blocks have come at times: this follows at once when they come quicker, and slowly when they come slower.</summary>
    public TimeSpan Shortest { get; private set; } = UsualInterval;

    /// <summary>How many blocks came between the last two looks.</summary>
    public int Moved { get; private set; }

    /// <summary>How long to wait before the next look.</summary>
    public TimeSpan Pause { get; private set; } = FirstPause;

    /// <summary>Takes in what a look showed.</summary>
    public void Observe(BigInteger block, TimeSpan now)
    {
        Moved = (int)BigInteger.Clamp(block - _block, 0, int.MaxValue);
        (_block, _seen) = (block, now);
        if (Moved > 0)
            Advance(Moved, now);
        else
            Rest(now);
    }

    /// <summary>Takes in that a look failed.</summary>
    public void Miss() => (Moved, Pause) = (0, Clamp(Pause * 2));

    /// <summary>Reckons which block is the latest at a time.</summary>
    public BigInteger Predict(TimeSpan at) => _block + (long)Math.Max(0, (at - _seen) / Interval);

    private void Advance(int blocks, TimeSpan now)
    {
        // The first change tells nothing by itself when it is by one block: the look may have come right before it.
        if (_hasChanged || blocks > 1)
        {
            var gap = (now - _changed) / blocks;
            Interval = _hasChanged ? (Interval + gap) / 2 : gap;
            Shortest = gap < Shortest ? gap : Shortest + ((gap - Shortest) / 8);
        }

        (_changed, _hasChanged) = (now, true);
        Pause = Clamp(Pause < Interval / 2 ? Pause : Interval / 2);
    }

    // Nothing new. When that takes longer than a block is believed to, the belief is wrong.
    private void Rest(TimeSpan now)
    {
        if (now - _changed > Interval)
            Interval = now - _changed;
        if (now - _changed > Shortest * 8)
            Shortest = (now - _changed) / 8;
        Pause = Clamp(Pause * 2 < Interval / 2 ? Pause * 2 : Interval / 2);
    }

    private static TimeSpan Clamp(TimeSpan pause) => pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
}
