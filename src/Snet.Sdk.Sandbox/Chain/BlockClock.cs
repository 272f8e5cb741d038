using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>When blocks come, and what they are called. Any number of them takes no room until a transaction is in one.</summary>
/// <remarks>
/// A hash ends with the block's number, so that a block is found by its hash without a list of all hashes. Blocks that are mined together are
/// one second apart, as Anvil has them; the first never lies before the clock's time.
/// </remarks>
internal sealed class BlockClock
{
    private readonly List<(long First, long Time)> _runs = [(0, 0)];
    private readonly List<(long First, int Branch)> _branches = [(0, 0)];
    private readonly TimeProvider _time;
    private readonly string _chain;

    /// <summary>Starts with block 0, now.</summary>
    public BlockClock(BigInteger chainId, TimeProvider time)
    {
        (_chain, _time) = (chainId.ToString(CultureInfo.InvariantCulture), time);
        _runs[0] = (0, Now);
    }

    /// <summary>The latest block's number.</summary>
    public long Latest { get; private set; }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Lets blocks come.</summary>
    public void Add(long count)
    {
        var next = TimeOf(Latest) + 1;
        if (Now > next)
            _runs.Add((Latest + 1, Now));
        Latest = checked(Latest + count);
    }

    /// <summary>Takes blocks back; those that come instead have other hashes.</summary>
    public void TakeBack(long last)
    {
        _runs.RemoveAll(run => run.First > last);
        _branches.Add((last + 1, _branches.Count));
        Latest = last;
    }

    /// <summary>Gives a block's time in seconds since 1970.</summary>
    public long TimeOf(long number)
    {
        var (first, time) = _runs[_runs.FindLastIndex(run => run.First <= number)];
        return time + (number - first);
    }

    /// <summary>Gives a block's hash, 0x and 64 digits.</summary>
    public string HashOf(long number)
    {
        var hash = Keccak256.Hash(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{_chain}/{number}/{TimeOf(number)}/{_branches.FindLast(branch => branch.First <= number).Branch}")));
        BinaryPrimitives.WriteInt64BigEndian(hash.AsSpan(24), number);
        return Hex.Encode(hash);
    }

    /// <summary>Finds a block by its hash; null when there is none.</summary>
    public long? Find(string hash)
    {
        if (!Hex.TryDecode(hash, out var bytes) || bytes.Length != 32)
            return null;
        var number = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(24));
        return number >= 0 && number <= Latest && HashOf(number) == Hex.Encode(bytes) ? number : null;
    }
}
