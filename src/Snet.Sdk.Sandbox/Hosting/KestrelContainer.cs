using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>One Kestrel server in a service container of its own, without the host around it, so that it starts in milliseconds.</summary>
/// <remarks>Kestrel's constructor would do without the container, but then the server's meters stay in the process for good: 3 KB for each server.</remarks>
internal sealed class KestrelContainer : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <summary>Makes a server that is not started.</summary>
    /// <param name="configure">Sets limits and endpoints.</param>
    /// <param name="listeners">Where connections come from; null for sockets.</param>
    public KestrelContainer(Action<KestrelServerOptions> configure, IConnectionListenerFactory? listeners = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(configure);
        if (listeners is not null)
            builder.Services.AddSingleton(listeners);
        _services = builder.Services.BuildServiceProvider();
        Server = _services.GetRequiredService<IServer>();
    }

    /// <summary>The server.</summary>
    public IServer Server { get; }

    /// <summary>Stops at once: calls that still run are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        await Server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        Server.Dispose();
        await _services.DisposeAsync().ConfigureAwait(false);
    }
}
