using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>Functions and events of the MultiPartyEscrow contract (protocol b.2 to b.4). Amounts in cogs, expirations in block numbers.</summary>
internal static class EscrowContract
{
    public static readonly AbiFunction Deposit = new("deposit(uint256)", "bool");
    public static readonly AbiFunction Withdraw = new("withdraw(uint256)", "bool");
    public static readonly AbiFunction Transfer = new("transfer(address,uint256)", "bool");

    /// <summary>signer, recipient, group id, value, expiration.</summary>
    public static readonly AbiFunction OpenChannel = new("openChannel(address,address,bytes32,uint256,uint256)", "bool");

    /// <inheritdoc cref="OpenChannel"/>
    public static readonly AbiFunction DepositAndOpenChannel = new("depositAndOpenChannel(address,address,bytes32,uint256,uint256)", "bool");

    /// <summary>sender, signer, recipient, group id, value, expiration, message nonce, v, r, s.</summary>
    public static readonly AbiFunction OpenChannelByThirdParty = new(
        "openChannelByThirdParty(address,address,address,bytes32,uint256,uint256,uint256,uint8,bytes32,bytes32)", "bool");

    public static readonly AbiFunction ChannelExtend = new("channelExtend(uint256,uint256)", "bool");
    public static readonly AbiFunction ChannelAddFunds = new("channelAddFunds(uint256,uint256)", "bool");
    public static readonly AbiFunction ChannelExtendAndAddFunds = new("channelExtendAndAddFunds(uint256,uint256,uint256)");

    /// <summary>channel id, actual amount, planned amount, v, r, s, send back.</summary>
    public static readonly AbiFunction ChannelClaim = new("channelClaim(uint256,uint256,uint256,uint8,bytes32,bytes32,bool)");

    public static readonly AbiFunction MultiChannelClaim = new(
        "multiChannelClaim(uint256[],uint256[],uint256[],bool[],uint8[],bytes32[],bytes32[])");

    public static readonly AbiFunction ChannelClaimTimeout = new("channelClaimTimeout(uint256)");

    /// <summary>Answers nonce, sender, signer, recipient, group id, value, expiration; all zero when there is no such channel.</summary>
    public static readonly AbiFunction Channels = new(
        "channels(uint256)", "uint256", "address", "address", "address", "bytes32", "uint256", "uint256");

    public static readonly AbiFunction Balances = new("balances(address)", "uint256");
    public static readonly AbiFunction NextChannelId = new("nextChannelId()", "uint256");
    public static readonly AbiFunction Token = new("token()", "address");

    /// <summary>Whether a permission for <see cref="OpenChannelByThirdParty"/> was used, by its hash with Ethereum's message prefix.</summary>
    public static readonly AbiFunction UsedMessages = new("usedMessages(bytes32)", "bool");

    /// <summary>channel id, nonce, sender*, signer, recipient*, group id*, amount, expiration (* indexed).</summary>
    public static readonly AbiEvent ChannelOpen = new("ChannelOpen(uint256,uint256,address,address,address,bytes32,uint256,uint256)", 2, 4, 5);

    /// <summary>channel id*, nonce after the claim, recipient*, claimed, planned, sent back, kept.</summary>
    public static readonly AbiEvent ChannelClaimed = new("ChannelClaim(uint256,uint256,address,uint256,uint256,uint256,uint256)", 0, 2);

    /// <summary>channel id*, nonce after the claim, claimed (always 0).</summary>
    public static readonly AbiEvent ChannelSenderClaim = new("ChannelSenderClaim(uint256,uint256,uint256)", 0);

    public static readonly AbiEvent ChannelExtended = new("ChannelExtend(uint256,uint256)", 0);
    public static readonly AbiEvent ChannelFundsAdded = new("ChannelAddFunds(uint256,uint256)", 0);
    public static readonly AbiEvent DepositFunds = new("DepositFunds(address,uint256)", 0);
    public static readonly AbiEvent WithdrawFunds = new("WithdrawFunds(address,uint256)", 0);
    public static readonly AbiEvent TransferFunds = new("TransferFunds(address,address,uint256)", 0, 1);
}
