using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Chain;
using Snet.Sdk.Sandbox.Faults;

namespace Snet.Sdk.Sandbox.Platform;

/// <summary>Publishes the organization and its service as an operator does: files to storage, their ids to the Registry by signed transactions.</summary>
internal sealed class Publisher : IDisposable
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReceiptTimeout = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http;
    private readonly Uri _rpc;
    private readonly EthereumClient _client;

    /// <summary>Works on a node.</summary>
    /// <param name="rpc">The node's JSON-RPC endpoint.</param>
    /// <remarks>The time limits are of the system's clock: a sandbox whose time stands still must start, too.</remarks>
    public Publisher(Uri rpc)
    {
        _rpc = rpc;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = !rpc.IsLoopback });
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(HttpFaults.DaemonAgent); // faults on order are for clients
        _client = new EthereumClient(new JsonRpcClient(_http, [rpc], new JsonRpcOptions(AttemptTimeout, MaxRetries: 2, TimeProvider.System)));
    }

    /// <summary>Asks the node for its chain's id, and looks whether the contracts are there.</summary>
    /// <exception cref="InvalidOperationException">One is missing.</exception>
    public async Task<long> CheckChainAsync(OutsideChain chain, CancellationToken cancellationToken)
    {
        await CheckAsync(chain.Token, TokenContract.Decimals, []).ConfigureAwait(false);
        await CheckAsync(chain.Mpe, EscrowContract.NextChannelId, []).ConfigureAwait(false);
        await CheckAsync(chain.Registry, RegistryContract.ListOrganizations, []).ConfigureAwait(false);
        return (long)await _client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);

        async Task CheckAsync(EthereumAddress contract, AbiFunction function, object[] arguments)
        {
            try
            {
                await _client.CallAsync(contract, function, arguments, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is FormatException || (e is JsonRpcException refusal && RevertReason.IsRevert(refusal)))
            {
                throw new InvalidOperationException(
                    $"The node {_rpc} has no contract at {contract} that answers {function.Signature}. Deploy the platform's contracts there first.", e);
            }
        }
    }

    /// <summary>Publishes, or publishes anew what is there from an earlier sandbox on the same node.</summary>
    public async Task PublishAsync(
        OutsideChain chain, BigInteger chainId, SandboxStorage storage, JsonObject organization, JsonObject service, CancellationToken cancellationToken)
    {
        using var owner = PrivateKey.Parse(chain.OwnerKey);
        using var sender = new TransactionSender(
            _client, owner.Address, chainId, (unsigned, _) => ValueTask.FromResult(owner.SignHash(Keccak256.Hash(unsigned.Span))),
            new TransactionLimits(ReceiptTimeout, TimeSpan.FromSeconds(1), TimeProvider.System));

        var (organizationId, serviceId) = (Bytes32.FromId(PlatformMetadata.OrganizationId), Bytes32.FromId(PlatformMetadata.ServiceId));
        var (organizationUri, serviceUri) = (Uri(storage, organization), Uri(storage, service));
        var hasOrganization = await IsThereAsync(RegistryContract.GetOrganizationById, [organizationId]).ConfigureAwait(false);
        await SendAsync(hasOrganization
            ? SandboxRegistry.ChangeOrganizationMetadataUri.Encode(organizationId, organizationUri)
            : RegistryContract.CreateOrganization.Encode(organizationId, organizationUri, Array.Empty<object>())).ConfigureAwait(false);
        var hasService = await IsThereAsync(RegistryContract.GetServiceRegistrationById, [organizationId, serviceId]).ConfigureAwait(false);
        await SendAsync((hasService ? RegistryContract.UpdateServiceRegistration : RegistryContract.CreateServiceRegistration)
            .Encode(organizationId, serviceId, serviceUri)).ConfigureAwait(false);

        async Task<bool> IsThereAsync(AbiFunction function, object[] arguments) =>
            (bool)(await _client.CallAsync(chain.Registry, function, arguments, cancellationToken).ConfigureAwait(false))[0];

        Task SendAsync(byte[] data) => sender.SendAsync(chain.Registry, data, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // Filled up with zero bytes, at least one, as the publisher's tool does it (protocol a.1).
    private static byte[] Uri(SandboxStorage storage, JsonObject metadata)
    {
        var text = Encoding.ASCII.GetBytes("ipfs://" + storage.Add(Encoding.UTF8.GetBytes(metadata.ToJsonString())));
        return [.. text, .. new byte[32 - (text.Length % 32)]];
    }
}
