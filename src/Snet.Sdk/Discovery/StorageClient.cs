using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Snet.Protocol;

namespace Snet.Sdk.Discovery;

/// <summary>Reads content from IPFS or Lighthouse and holds it against its id, so that it does not matter who hands it over (protocol a.3).</summary>
internal sealed class StorageClient(HttpClient http, Uri ipfs, SnetClientOptions options)
{
    private const int MaxBytes = 16 * 1024 * 1024; // metadata and proto archives are a few kilobytes
    private static readonly Uri Lighthouse = new("https://gateway.lighthouse.storage/ipfs/");

    private volatile bool _prefersGet; // kubo wants POST, older gateways GET; what worked once is kept

    /// <summary>Reads a file.</summary>
    /// <param name="uri">Where it is and which content it must be.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MetadataException">It cannot be read, is too large, or is not what its id says.</exception>
    public async Task<byte[]> ReadAsync(MetadataUri uri, string what, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var content = await FetchAsync(uri, cancellationToken).ConfigureAwait(false);
                return uri.Content.Matches(content)
                    ? content
                    : throw new MetadataException($"The storage returned something else for {what} than {uri.Content} stands for. Don't trust it; set another IpfsEndpoint.");
            }
            catch (StorageFailure e) when (attempt >= options.MaxRetries || !e.MayPass)
            {
                throw new MetadataException($"{what} ({uri}) cannot be read: {e.Message} Check IpfsEndpoint, or try again later.", e, e.MayPass);
            }
            catch (StorageFailure)
            {
                var pause = TimeSpan.FromMilliseconds(200 * Math.Pow(2, attempt) * RandomNumberGenerator.GetInt32(50, 101) / 100);
                await Task.Delay(pause, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<byte[]> FetchAsync(MetadataUri uri, CancellationToken cancellationToken)
    {
        if (uri.Storage == MetadataStorage.Filecoin)
            return await SendAsync(HttpMethod.Get, new Uri(Lighthouse, uri.Content.ToString()), cancellationToken).ConfigureAwait(false);
        var address = new Uri(ipfs, $"api/v0/cat?arg={uri.Content}");
        if (_prefersGet)
            return await SendAsync(HttpMethod.Get, address, cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendAsync(HttpMethod.Post, address, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageFailure e) when (e.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            var content = await SendAsync(HttpMethod.Get, address, cancellationToken).ConfigureAwait(false);
            _prefersGet = true;
            return content;
        }
    }

    private async Task<byte[]> SendAsync(HttpMethod method, Uri address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.AttemptTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw new StorageFailure($"HTTP {(int)response.StatusCode}.", response.StatusCode);
            using var stream = await response.Content.ReadAsStreamAsync(linked.Token).ConfigureAwait(false);
            return await ReadCappedAsync(stream, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StorageFailure($"no answer within {options.AttemptTimeout.TotalSeconds:0.###} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw new StorageFailure(e.Message, inner: e);
        }
    }

    private static async Task<byte[]> ReadCappedAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MaxBytes)
                throw new StorageFailure($"it is larger than {MaxBytes} bytes.", HttpStatusCode.RequestEntityTooLarge);
        }

        return content.ToArray();
    }

    private sealed class StorageFailure(string message, HttpStatusCode? status = null, Exception? inner = null) : Exception(message, inner)
    {
        public HttpStatusCode? Status { get; } = status;

        // No answer at all, "too many requests" and the server's own trouble may pass.
        public bool MayPass => Status is null or HttpStatusCode.TooManyRequests || (int)Status >= 500;
    }
}
