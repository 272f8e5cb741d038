using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>The steps on the contracts, as signed transactions over the node's JSON-RPC.</summary>
internal sealed class ChainSteps(ScenarioPlatform platform, Actors actors, Variables variables, Values values, Matcher matcher)
{
    private static readonly BigInteger Ether = BigInteger.Pow(10, 18);

    /// <summary>Mines blocks.</summary>
    public Task MineAsync(Members step) => platform.MineAsync(values.Number(step.Need("blocks")));

    /// <summary>Brings in a new key with ether, and with tokens in its wallet.</summary>
    public Task CreateActorAsync(Members step)
    {
        var actor = actors.Create(step.Text("name"));
        platform.Fund(actor.Address, step.Take("tokens") is { } tokens ? values.Number(tokens) : BigInteger.Zero, Ether);
        return Task.CompletedTask;
    }

    /// <summary>Moves tokens from a wallet to escrow.</summary>
    public async Task DepositAsync(Members step)
    {
        var (by, amount) = (step.Text("as"), values.Number(step.Need("amount")));
        await SendAsync(by, platform.Contracts.Token, TokenContract.Approve, platform.Contracts.Mpe, amount);
        await SendAsync(by, platform.Contracts.Mpe, EscrowContract.Deposit, amount);
    }

    /// <summary>Opens a channel and keeps its id.</summary>
    public async Task OpenAsync(Members step)
    {
        var by = step.Text("as");
        var signer = values.Address(step.Take("signer") ?? by);
        var recipient = step.Take("recipient") is { } other ? values.Address(other) : platform.Contracts.Recipient;
        var group = values.Bytes(step.Take("group") ?? "$groupId");
        var value = values.Number(step.Need("value"));
        var expiration = values.Block(step.Need("expiration"));

        var receipt = await SendAsync(by, platform.Contracts.Mpe, EscrowContract.OpenChannel, signer, recipient, group, value, expiration);
        var opened = receipt.Logs.Single(log => log.Topics[0] == EscrowContract.ChannelOpen.Topic);
        if (step.Has("save"))
            variables.Save(step.Text("save"), EscrowContract.ChannelOpen.Decode(opened.Topics, opened.Data)[0]);
    }

    /// <summary>Puts a channel's end off.</summary>
    public Task ExtendAsync(Members step) => SendAsync(
        step.Text("as"), platform.Contracts.Mpe, EscrowContract.ChannelExtend, Channel(step), values.Block(step.Need("expiration")));

    /// <summary>Adds funds from escrow to a channel.</summary>
    public Task AddFundsAsync(Members step) => SendAsync(
        step.Text("as"), platform.Contracts.Mpe, EscrowContract.ChannelAddFunds, Channel(step), values.Number(step.Need("amount")));

    /// <summary>Takes back what an expired channel holds.</summary>
    public Task ClaimTimeoutAsync(Members step) =>
        SendAsync(step.Text("as"), platform.Contracts.Mpe, EscrowContract.ChannelClaimTimeout, Channel(step));

    /// <summary>Lets the provider claim.</summary>
    public Task ClaimAsync(Members step)
    {
        var amount = values.Number(step.Need("amount"));
        var planned = step.Take("planned") is { } other ? values.Number(other) : amount;
        var signature = values.Bytes(step.Need("signature"));
        BigInteger v = signature[64] < 27 ? signature[64] + 27 : signature[64]; // the contract takes no other form (protocol c.1)
        return SendAsync(
            "provider", platform.Contracts.Mpe, EscrowContract.ChannelClaim, Channel(step), amount, planned, v, signature[..32], signature[32..64],
            step.Flag("sendBack"));
    }

    /// <summary>Reads a channel on the contract.</summary>
    public async Task ReadChannelAsync(Members step)
    {
        var answer = await platform.Ethereum.CallAsync(platform.Contracts.Mpe, EscrowContract.Channels, [Channel(step)], CancellationToken.None);
        string[] names = ["nonce", "sender", "signer", "recipient", "groupId", "value", "expiration"];
        var actual = new JsonObject(names.Zip(answer, (name, value) => KeyValuePair.Create(
            name, (JsonNode?)Variables.AsText(value is EthereumAddress address ? address.ToString() : value))));
        if (matcher.Json("the channel", step.Object("expect"), actual) is { } problem)
            throw new ScenarioException(problem);
    }

    private BigInteger Channel(Members step) => values.Number(step.Need("channel"));

    private async Task<TransactionReceipt> SendAsync(string by, EthereumAddress contract, AbiFunction function, params object[] arguments)
    {
        using var sender = platform.CreateSender(actors.Get(by));
        return await sender.SendAsync(contract, function.Encode(arguments), CancellationToken.None);
    }
}
