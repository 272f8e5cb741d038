using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Snet.Sdk.PeerTests;

/// <summary>The npm packages that peer tests use (<c>node/package.json</c>), installed once for the machine and reused.</summary>
/// <remarks>Without Node.js, npm or a registry the tests that ask for them are left out, and say why. Where <c>CI=true</c> is set they fail instead.</remarks>
internal static class NodePackages
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<string?>> Installation = new(InstallAsync);

    /// <summary>The folder with the scripts and <c>node_modules</c>.</summary>
    public static string Folder { get; } = Path.Combine(
        typeof(NodePackages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!,
        "tests", "Snet.Sdk.PeerTests", "node");

    /// <summary>Makes sure that the packages are there, or leaves the test out.</summary>
    public static async Task RequireAsync()
    {
        if (await Installation.Value is not { } reason)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Ignore(reason);
    }

    /// <summary>The program of the Ethereum node; there after <see cref="RequireAsync"/>.</summary>
    public static string Anvil { get; } = PathOf(
        $"@foundry-rs/anvil-{(OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}",
        "bin", OperatingSystem.IsWindows() ? "anvil.exe" : "anvil");

    /// <summary>Gives the path of a file inside an installed package.</summary>
    public static string PathOf(string package, params string[] parts) => Path.Combine([Folder, "node_modules", .. package.Split('/'), .. parts]);

    private static async Task<string?> InstallAsync()
    {
        try
        {
            if (await RunAsync("node", ["--version"]) is { } noNode)
                return noNode;
            await using var guard = await LockAsync(); // other test processes may want the same
            return IsCurrent() ? null : await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        }
        catch (Win32Exception e)
        {
            return $"Node.js with npm is needed for this test, and is not there: {e.Message}";
        }
    }

    // npm writes this file last; it is at least as young as the list that it was made from.
    private static bool IsCurrent()
        => File.GetLastWriteTimeUtc(Path.Combine(Folder, "node_modules", ".package-lock.json")) >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));

    private static async Task<FileStream> LockAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "snet-sdk-peers.lock");
        using var limit = new CancellationTokenSource(InstallLimit);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(200, CancellationToken.None);
            }
        }
    }

    /// <summary>Runs a program; gives null when it ended well, otherwise what it said.</summary>
    private static async Task<string?> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() && program == "npm" ? "npm.cmd" : program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(InstallLimit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? null : $"'{program} {string.Join(' ', arguments)}' failed: {await errors} {await output}";
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return $"'{program} {string.Join(' ', arguments)}' did not end within {InstallLimit}.";
        }
    }
}
