using System.Diagnostics;

namespace Snet.Benchmarks;

/// <summary>A part of a measurement in a process of its own, so that the other side alone is measured: it tells one line and runs until its input ends.</summary>
internal static class ChildProcess
{
    /// <summary>Starts this program with a name and waits for the first line that it writes.</summary>
    public static async Task<(Process Process, string Line)> StartAsync(string name)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.ArgumentList.Add(name);
        var process = Process.Start(start)!;
        return (process, await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"`{name}` did not start."));
    }

    public static void Stop(Process process)
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
