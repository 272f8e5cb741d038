using System.Collections.Concurrent;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>The platform's own contracts on a real node, with accounts that hold tokens and ether.</summary>
/// <remarks>
/// The contracts come from their publisher's npm packages: MultiPartyEscrow, Registry, and SingularityNetToken as the token. (The package
/// has FetchToken only as it stands on the chain, without the code that creates it. For the escrow they behave alike; this one has 8 decimals.)
/// Accounts are those of <see cref="TestKeys"/>, which the node holds ether for. Nothing of it depends on the sandbox's own chain.
/// </remarks>
internal sealed class RealChain : IAsyncDisposable
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);
    private static readonly AbiFunction Mint = new("mint(address,uint256)");

    private readonly AnvilNode _node;
    private readonly HttpClient _http = new();
    private readonly JsonRpcClient _rpc;
    private readonly ConcurrentDictionary<EthereumAddress, TransactionSender> _senders = [];
    private EthereumAddress _deployer;

    private RealChain(AnvilNode node)
    {
        _node = node;
        _rpc = new JsonRpcClient(_http, [node.Rpc], new JsonRpcOptions(AttemptTimeout, MaxRetries: 2, TimeProvider.System));
        Client = new EthereumClient(_rpc);
    }

    /// <summary>What each account of <see cref="TestKeys"/> holds at the start, in cogs.</summary>
    public static BigInteger StartBalance { get; } = BigInteger.Pow(10, 21);

    /// <summary>The node's JSON-RPC endpoint.</summary>
    public Uri Rpc => _node.Rpc;

    /// <summary>The node, as Core asks it.</summary>
    public EthereumClient Client { get; }

    /// <summary>The chain's id.</summary>
    public BigInteger ChainId { get; private set; }

    /// <summary>The token contract.</summary>
    public EthereumAddress Token { get; private set; }

    /// <summary>The MultiPartyEscrow contract.</summary>
    public EthereumAddress Mpe { get; private set; }

    /// <summary>The Registry contract.</summary>
    public EthereumAddress Registry { get; private set; }

    /// <summary>The same for a sandbox whose daemon is to work on this chain.</summary>
    public OutsideChain Outside => new(Token, Mpe, Registry, TestKeys.Provider.Key, [.. TestKeys.Users.Select(user => user.Key)]);

    /// <summary>Starts a node, deploys the contracts and gives tokens to the accounts.</summary>
    /// <param name="nodeArguments">Further arguments for the node.</param>
    public static async Task<RealChain> StartAsync(params string[] nodeArguments)
    {
        var chain = new RealChain(await AnvilNode.StartAsync(nodeArguments));
        try
        {
            await chain.SetUpAsync();
            return chain;
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a transaction as the SDK does and waits for it.</summary>
    /// <exception cref="TransactionException">It would be or was reverted.</exception>
    public Task<TransactionReceipt> SendAsync(PrivateKey from, EthereumAddress to, AbiFunction function, params object[] arguments) =>
        _senders.GetOrAdd(from.Address, _ => SenderOf(from)).SendAsync(to, function.Encode(arguments), CancellationToken.None);

    /// <summary>Reads a contract.</summary>
    public Task<object[]> CallAsync(EthereumAddress contract, AbiFunction function, params object[] arguments) =>
        Client.CallAsync(contract, function, arguments, CancellationToken.None);

    /// <summary>Gives an account ether and tokens.</summary>
    /// <param name="account">Whom.</param>
    /// <param name="tokens">How many cogs.</param>
    public async Task FundAsync(EthereumAddress account, BigInteger tokens)
    {
        await SendUnlockedAsync(new JsonObject { ["to"] = account.ToLowerString(), ["value"] = "0x8ac7230489e80000" }); // 10 ether
        await MintAsync(account, tokens);
    }

    /// <summary>Lets blocks go by.</summary>
    public Task MineAsync(int blocks) => AskAsync("anvil_mine", [Hex.EncodeNumber(blocks)]);

    /// <summary>Asks the node anything.</summary>
    public Task<JsonElement> AskAsync(string method, JsonArray parameters) => _rpc.SendAsync(method, parameters, CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
            sender.Dispose();
        _http.Dispose();
        await _node.DisposeAsync();
    }

    private async Task SetUpAsync()
    {
        ChainId = await Client.GetChainIdAsync(CancellationToken.None);
        _deployer = EthereumAddress.Parse((await AskAsync("eth_accounts", []))[0].GetString()!);
        Token = await DeployAsync(
            "singularitynet-token-contracts", "SingularityNetToken", Abi.Encode(["string", "string"], ["SingularityNET Token", "AGIX"]));
        Mpe = await DeployAsync("singularitynet-platform-contracts", "MultiPartyEscrow", Abi.Encode(["address"], [Token]));
        Registry = await DeployAsync("singularitynet-platform-contracts", "Registry", []);
        foreach (var account in TestKeys.Users.Append(TestKeys.Provider))
            await MintAsync(account.Address, StartBalance);
    }

    private async Task<EthereumAddress> DeployAsync(string package, string contract, byte[] constructorArguments)
    {
        var code = JsonDocument.Parse(await File.ReadAllBytesAsync(NodePackages.PathOf(package, "bytecode", $"{contract}.json"))).RootElement.GetString();
        var receipt = await SendUnlockedAsync(new JsonObject { ["data"] = Hex.Encode([.. Hex.Decode(code!), .. constructorArguments]) });
        return EthereumAddress.Parse(receipt.GetProperty("contractAddress").GetString()!);
    }

    private Task<JsonElement> MintAsync(EthereumAddress account, BigInteger tokens) =>
        SendUnlockedAsync(new JsonObject { ["to"] = Token.ToLowerString(), ["data"] = Hex.Encode(Mint.Encode(account, tokens)) });

    // The node itself signs for the deployer. It mines at once, or soon where it has a block time.
    private async Task<JsonElement> SendUnlockedAsync(JsonObject transaction)
    {
        transaction["from"] = _deployer.ToLowerString();
        var hash = (await AskAsync("eth_sendTransaction", [transaction])).GetString()!;
        for (var attempt = 0; attempt < 600; attempt++)
        {
            var receipt = await AskAsync("eth_getTransactionReceipt", [hash]);
            if (receipt.ValueKind == JsonValueKind.Object)
            {
                receipt.GetProperty("status").GetString().ShouldBe("0x1", "The chain could not be set up.");
                return receipt;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"The node mined no transaction {hash}.");
    }

    private TransactionSender SenderOf(PrivateKey key) => new(
        Client, key.Address, ChainId, (unsigned, _) => ValueTask.FromResult(key.SignHash(Keccak256.Hash(unsigned.Span))),
        new TransactionLimits(TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(200), TimeProvider.System));
}
