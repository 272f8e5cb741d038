using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>The client over TLS, where HTTP/2 is agreed on by ALPN.</summary>
[CancelAfter(20_000)]
internal sealed class GrpcTlsTests
{
    private WebApplication _application = null!;
    private X509Certificate2 _certificate = null!;
    private Uri _address = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(_certificate);
        }));
        _application = builder.Build();
        _application.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.WriteAsync(new byte[] { 0, 0, 0, 0, 1, 9 });
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await _application.StartAsync();
        _address = new Uri(_application.Urls.Single());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    [Test]
    public async Task UnaryAsync_TrustedCertificate_IsAnswered(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, seen, _, _) => seen!.GetCertHashString() == _certificate.GetCertHashString(),
            },
        };
        using var channel = new GrpcChannel(_address, handler);

        (await channel.UnaryAsync("/a.B/c", default, null, cancellationToken)).Message.ToArray().ShouldBe([9]);
    }

    [Test]
    public async Task UnaryAsync_UnknownCertificate_IsUnavailableAndSaysWhy(CancellationToken cancellationToken)
    {
        using var channel = new GrpcChannel(_address);

        var e = await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
        e.Detail.ShouldContain("certificate");
    }
}
