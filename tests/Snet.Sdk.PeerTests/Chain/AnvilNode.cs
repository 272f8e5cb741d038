using System.Runtime.InteropServices;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>A real Ethereum node in a process of its own: Foundry's anvil, from its npm package. It mines a block for each transaction.</summary>
internal sealed class AnvilNode : IAsyncDisposable
{
    private const string Listening = "Listening on ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly NodeProcess _process;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    private AnvilNode(NodeProcess process, Uri rpc) => (_process, Rpc, _reading) = (process, rpc, ReadOnAsync(process, _stop.Token));

    /// <summary>The node's JSON-RPC endpoint.</summary>
    public Uri Rpc { get; }

    /// <summary>Starts a node on a free port and waits until it listens; without the package the test is left out.</summary>
    /// <param name="arguments">Further arguments, such as <c>--block-time 1</c>.</param>
    public static async Task<AnvilNode> StartAsync(params string[] arguments)
    {
        await NodePackages.RequireAsync();
        var process = NodeProcess.Start(ProgramPath(), ["--host", "127.0.0.1", "--port", "0", "--accounts", "10", .. arguments]);
        try
        {
            using var limit = new CancellationTokenSource(StartLimit);
            string line;
            do
                line = await process.ReadLineAsync(limit.Token);
            while (!line.StartsWith(Listening, StringComparison.Ordinal));
            return new AnvilNode(process, new Uri($"http://{line[Listening.Length..].Trim()}/"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _process.DisposeAsync();
        await _reading;
        _stop.Dispose();
    }

    // It tells of every request; nobody reading that, it would stop when the pipe is full.
    private static async Task ReadOnAsync(NodeProcess process, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
                await process.ReadLineAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            // stopped, or the process has ended, which the next request tells
        }
    }

    private static string ProgramPath()
    {
        var (system, program) = OperatingSystem.IsWindows() ? ("win32", "anvil.exe") : (OperatingSystem.IsMacOS() ? "darwin" : "linux", "anvil");
        var processor = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        return NodePackages.PathOf($"@foundry-rs/anvil-{system}-{processor}", "bin", program);
    }
}
