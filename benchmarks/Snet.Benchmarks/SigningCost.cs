using System.Security.Cryptography;
using Snet.Ethereum;

namespace Snet.Benchmarks;

/// <summary>What a signature costs: processor time of the best of several rounds, and what it allocates.</summary>
internal static class SigningCost
{
    private const int Rounds = 10, InARound = 2_000;

    /// <summary>Signs as a payment does: deterministic, with the recovery id.</summary>
    /// <param name="library">Whose arithmetic it is.</param>
    public static void Measure(string library)
    {
        var (key, hash) = (SHA256.HashData("a key"u8), SHA256.HashData("a claim"u8));
        Print(library, () => Secp256k1.Sign(hash, key));
    }

    /// <summary>Prints what some work costs.</summary>
    public static void Print(string what, Action work)
    {
        Repeat(work, Rounds); // warm
        var best = Enumerable.Range(0, Rounds).Select(_ => Repeat(work, InARound)).MinBy(cost => cost.Microseconds);
        Console.WriteLine($"{what}: {best.Microseconds:0.0} µs of processor time, {best.Bytes} bytes");
    }

    /// <summary>.NET's own signature, which the system's library makes.</summary>
    public static void MeasureSystem()
    {
        using var key = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10")); // secp256k1
        var hash = SHA256.HashData("a claim"u8);
        Print(".NET's ECDsa, neither deterministic nor with a recovery id", () => key.SignHash(hash));
    }

    private static (double Microseconds, long Bytes) Repeat(Action work, int times)
    {
        var (allocated, processor) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < times; i++)
            work();
        return ((Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / times, (GC.GetAllocatedBytesForCurrentThread() - allocated) / times);
    }
}
