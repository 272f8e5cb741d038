using Snet.Protocol;
using Snet.Sdk;
using Snet.Sdk.Accounts;
using Snet.Sdk.Sandbox;

namespace BasePipeline;

/// <summary>Where the example runs: the sandbox, a platform from a file, or a public network.</summary>
internal sealed class Target(SnetClientOptions options, string orgId, string serviceId, IAsyncDisposable? sandbox = null) : IAsyncDisposable
{
    private const string Usage = "Usage: [--platform FILE] | --network sepolia|mainnet --rpc URL [--org ORG --service SERVICE], with SNET_PRIVATE_KEY set";

    public SnetClientOptions Options => options;

    public string OrgId => orgId;

    public string ServiceId => serviceId;

    public static async Task<Target> FromArgumentsAsync(string[] args)
    {
        var file = Value(args, "--platform") ?? Environment.GetEnvironmentVariable("SNET_PLATFORM");
        if (file is not null)
            return FromPlatform(SnetPlatform.FromFile(file));
        if (Value(args, "--network") is { } network)
        {
            var options = new SnetClientOptions
            {
                Network = network == "mainnet" ? SnetNetwork.Mainnet : SnetNetwork.Sepolia,
                RpcEndpoints = [new Uri(Value(args, "--rpc") ?? throw new ArgumentException(Usage))],
                Signer = PrivateKeySigner.FromEnvironment(),
            };
            return Value(args, "--org") is { } org && Value(args, "--service") is { } service
                ? new Target(options, org, service)
                : await FindAsync(options);
        }

        var sandbox = await SnetSandbox.StartAsync();
        return FromPlatform(sandbox.Platform, sandbox);
    }

    public ValueTask DisposeAsync() => sandbox?.DisposeAsync() ?? ValueTask.CompletedTask;

    // The first service in the registry that trains. Many of those listed there are no longer served, so each is given little time.
    private static async Task<Target> FindAsync(SnetClientOptions options)
    {
        (options.MaxRetries, options.AttemptTimeout) = (0, TimeSpan.FromSeconds(5));
        await using var snet = new SnetClient(options);
        await foreach (var org in snet.Registry.ListOrganizationsAsync())
        {
            await foreach (var service in snet.Registry.ListServicesAsync(org))
            {
                await using var client = snet.GetServiceClient(org, service);
                try
                {
                    if (await client.Training.IsAvailableAsync())
                        return new Target(options, org, service);
                }
                catch (SnetException e)
                {
                    Console.WriteLine($"{org}/{service}: {e.Code}");
                }
            }
        }

        throw new InvalidOperationException("No service of this network trains now. Name one with --org and --service.");
    }

    private static Target FromPlatform(SnetPlatform platform, IAsyncDisposable? sandbox = null) =>
        new(SnetClientOptions.FromPlatform(platform), platform.OrgId, platform.ServiceId, sandbox);

    private static string? Value(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
