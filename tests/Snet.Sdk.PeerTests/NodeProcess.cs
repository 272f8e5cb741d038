using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Snet.Sdk.PeerTests;

/// <summary>A script or program that runs beside a test and talks in lines of JSON. It is ended with the object.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();

    private NodeProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a script of the folder <c>node</c>; the packages are installed first, or the test is left out.</summary>
    public static async Task<NodeProcess> StartAsync(string script, params string[] arguments)
    {
        await NodePackages.RequireAsync();
        return Start("node", [script, .. arguments]);
    }

    /// <summary>Starts a program in the folder <c>node</c>.</summary>
    public static NodeProcess Start(string program, string[] arguments) => new(Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = NodePackages.Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    /// <summary>Reads the next line as it is.</summary>
    /// <exception cref="InvalidOperationException">The process has ended; the message holds what it said.</exception>
    public async Task<string> ReadLineAsync(CancellationToken cancellationToken)
        => await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"The process has ended: {string.Join(Environment.NewLine, _errors)}");

    /// <summary>Reads the next line of JSON.</summary>
    public async Task<JsonNode> ReadAsync(CancellationToken cancellationToken) => JsonNode.Parse(await ReadLineAsync(cancellationToken))!;

    /// <summary>Sends a line of JSON and reads one back.</summary>
    public async Task<JsonNode> AskAsync(JsonNode question, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(question.ToJsonString().AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
