using System.Diagnostics;
using Snet.Sdk.Sandbox;

namespace Snet.Benchmarks;

/// <summary>How long a sandbox takes to start in a warm process, and what a hundred of them, one after the other, leave behind.</summary>
internal static class SandboxStart
{
    private const int Runs = 50, Many = 100;

    public static async Task<int> RunAsync()
    {
        for (var i = 0; i < 5; i++)
            await StartAndStopAsync(); // warm: code, pools
        var times = new List<double>();
        for (var i = 0; i < Runs; i++)
            times.Add((await StartAndStopAsync()).TotalMilliseconds);
        times.Sort();
        Console.WriteLine($"start, {Runs} times: {times[0]:0} ms at best, {times[Runs / 2]:0} ms median, {times[^1]:0} ms at worst");

        var before = Held.Now();
        for (var i = 0; i < Many; i++)
            await StartAndStopAsync();
        var after = Held.Now();
        Console.WriteLine($"before {Many} sandboxes: {before}");
        Console.WriteLine($"after {Many} sandboxes:  {after}");
        return 0;
    }

    private static async Task<TimeSpan> StartAndStopAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await using var sandbox = await SnetSandbox.StartAsync();
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>What this process holds: threads, open handles, how many of them are sockets (each port is one), and memory in use.</summary>
    private sealed record Held(int Threads, int Handles, int? Sockets, double Megabytes)
    {
        public static Held Now()
        {
            for (var i = 0; i < 3; i++)
            {
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            using var process = Process.GetCurrentProcess();
            var memory = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;
            if (!OperatingSystem.IsLinux())
                return new Held(process.Threads.Count, process.HandleCount, null, memory);
            string?[] targets = [.. Directory.GetFiles("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget)];
            return new Held(process.Threads.Count, targets.Length, targets.Count(target => target?.StartsWith("socket:", StringComparison.Ordinal) == true), memory);
        }

        public override string ToString() =>
            $"{Threads} threads, {Handles} handles, {Sockets?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} of them sockets, {Megabytes:0.00} MB of managed memory";
    }
}
