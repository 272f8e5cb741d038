using Microsoft.AspNetCore.Http;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>Settings of a <see cref="GrpcServer"/>.</summary>
internal sealed class GrpcServerOptions
{
    /// <summary>The largest request message taken, in bytes. Default: 4 MiB (protocol i.3).</summary>
    public int MaxReceiveMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>The loopback port; 0, the default, lets the system choose.</summary>
    public int Port { get; init; }

    /// <summary>Answers plain HTTP/1.1 requests on the same port. <c>null</c>: they get 404.</summary>
    public Func<HttpContext, Task>? OnHttp1 { get; init; }
}
