using System.Numerics;
using Microsoft.Extensions.Logging;
using Snet.Ethereum;

namespace Snet.Sdk;

/// <summary>The SDK's log events. Ids: 1000s calls, 2000s payments, 3000s chain, 4000s training, 5000s discovery; an id keeps its meaning for good.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1001, EventName = "CallPaid", Level = LogLevel.Debug, Message = "Called {Method} for {Price} ({Mode}).")]
    public static partial void CallPaid(this ILogger logger, string method, TokenAmount price, Payments.PaymentMode mode);

    [LoggerMessage(EventId = 1002, EventName = "CallRepeated", Level = LogLevel.Information, Message = "Repeating {Method}: {Reason}")]
    public static partial void CallRepeated(this ILogger logger, string method, string reason);

    [LoggerMessage(EventId = 1003, EventName = "EndpointFailed", Level = LogLevel.Warning, Message = "The endpoint {Endpoint} failed: {Reason}")]
    public static partial void EndpointFailed(this ILogger logger, Uri endpoint, string reason);

    [LoggerMessage(EventId = 2001, EventName = "ChannelUsed", Level = LogLevel.Debug, Message = "Paying from channel {ChannelId}, which can spend {Spendable}.")]
    public static partial void ChannelUsed(this ILogger logger, BigInteger channelId, TokenAmount spendable);

    [LoggerMessage(EventId = 2002, EventName = "ChannelFunded", Level = LogLevel.Information, Message = "Set aside for calls of this provider: {Value}, until block {Expiration}; what is not used comes back then (number {ChannelId}).")]
    public static partial void ChannelFunded(this ILogger logger, BigInteger channelId, TokenAmount value, BigInteger expiration);

    [LoggerMessage(EventId = 2003, EventName = "FateUnknown", Level = LogLevel.Warning, Message = "It is unknown whether the daemon took {Price} for {Method}; it is asked before anything more is signed there (number {ChannelId}).")]
    public static partial void FateUnknown(this ILogger logger, TokenAmount price, string method, BigInteger channelId);

    [LoggerMessage(EventId = 2010, EventName = "ChannelMemoryFailed", Level = LogLevel.Warning, Message = "The channel memory {Path} cannot be used; the channels are searched on the chain instead: {Reason}")]
    public static partial void ChannelMemoryFailed(this ILogger logger, string path, string reason);

    [LoggerMessage(EventId = 2011, EventName = "TornReceiptRemoved", Level = LogLevel.Warning, Message = "The last {Bytes} bytes of {Path} were half a line, left by a process that was stopped; they are removed. It was a payment that had not been sent yet, or an end that is asked for again.")]
    public static partial void TornReceiptRemoved(this ILogger logger, string path, long bytes);

    [LoggerMessage(EventId = 2012, EventName = "SettlementNotWritten", Level = LogLevel.Warning, Message = "The end of {Count} payments could not be written and is tried again; until then they count as spent: {Reason}")]
    public static partial void SettlementNotWritten(this ILogger logger, int count, string reason);

    [LoggerMessage(EventId = 2013, EventName = "ReceiptNotWritten", Level = LogLevel.Warning, Message = "The receipt of a call of {Method}, for which nothing was signed, could not be written: {Reason}")]
    public static partial void ReceiptNotWritten(this ILogger logger, string method, string reason);

    [LoggerMessage(EventId = 2021, EventName = "NoFreeCalls", Level = LogLevel.Information, Message = "No free calls of {OrgId}/{ServiceId} for {Time}: {Reason}")]
    public static partial void NoFreeCalls(this ILogger logger, string orgId, string serviceId, TimeSpan time, string reason);

    [LoggerMessage(EventId = 2030, EventName = "ChannelLocked", Level = LogLevel.Warning, Message = "The daemon keeps channel {ChannelId} locked: a call of another process does not end, or the lock is stuck. If it stays so, ask the provider to clear it.")]
    public static partial void ChannelLocked(this ILogger logger, BigInteger channelId);

    [LoggerMessage(EventId = 2031, EventName = "DaemonForgot", Level = LogLevel.Warning, Message = "The daemon has forgotten payments from channel {ChannelId}: it had taken {Before} and knows of {Now}. Payments go on from there; they cost nothing until the earlier total is reached.")]
    public static partial void DaemonForgot(this ILogger logger, BigInteger channelId, TokenAmount before, TokenAmount now);

    [LoggerMessage(EventId = 2032, EventName = "ChannelUsedElsewhere", Level = LogLevel.Information, Message = "Another process pays from channel {ChannelId} with the same key: the receipts here know of a total of {Known}, and {Signed} is signed.")]
    public static partial void ChannelUsedElsewhere(this ILogger logger, BigInteger channelId, TokenAmount known, TokenAmount signed);

    [LoggerMessage(EventId = 2033, EventName = "FundingAheadFailed", Level = LogLevel.Warning, Message = "Channel {ChannelId} could not be filled or extended ahead of need; calls go on with what it holds: {Reason}")]
    public static partial void FundingAheadFailed(this ILogger logger, BigInteger channelId, string reason);

    [LoggerMessage(EventId = 2022, EventName = "PaidAhead", Level = LogLevel.Information, Message = "Paid {Amount} ahead for {Calls} calls, from channel {ChannelId}.")]
    public static partial void PaidAhead(this ILogger logger, TokenAmount amount, int calls, BigInteger channelId);

    [LoggerMessage(EventId = 2023, EventName = "PrepaidFailed", Level = LogLevel.Warning, Message = "Calls of {OrgId}/{ServiceId} could not be paid ahead: {Reason}")]
    public static partial void PrepaidFailed(this ILogger logger, string orgId, string serviceId, string reason);

    [LoggerMessage(EventId = 2024, EventName = "TokenRenewed", Level = LogLevel.Debug, Message = "Renewed the token for what was paid ahead on channel {ChannelId}; nothing more was signed for.")]
    public static partial void TokenRenewed(this ILogger logger, BigInteger channelId);

    [LoggerMessage(EventId = 3001, EventName = "TransactionMined", Level = LogLevel.Information, Message = "The transaction {Hash} is done, for {Gas} gas.")]
    public static partial void TransactionMined(this ILogger logger, string hash, long gas);

    [LoggerMessage(EventId = 3002, EventName = "TransactionSent", Level = LogLevel.Information, Message = "Sent the transaction {Hash} to the contract {Contract}, nonce {Nonce}.")]
    public static partial void TransactionSent(this ILogger logger, string hash, EthereumAddress contract, BigInteger nonce);

    [LoggerMessage(EventId = 3003, EventName = "TransactionSentAgain", Level = LogLevel.Warning, Message = "The node had lost the transaction {Hash}, nonce {Nonce}; the same bytes were sent again.")]
    public static partial void TransactionSentAgain(this ILogger logger, string hash, BigInteger nonce);

    [LoggerMessage(EventId = 3004, EventName = "TransactionReplaced", Level = LogLevel.Warning, Message = "The transaction with nonce {Nonce} was stuck; it was sent again for up to {MaxFeePerGas} wei for a unit of gas, as {Hash}.")]
    public static partial void TransactionReplaced(this ILogger logger, string hash, BigInteger nonce, BigInteger maxFeePerGas);

    [LoggerMessage(EventId = 3005, EventName = "TransactionLeft", Level = LogLevel.Warning, Message = "Nobody waits for the transaction {Hash} any more, nonce {Nonce}. It was sent and may still be carried out.")]
    public static partial void TransactionLeft(this ILogger logger, string hash, BigInteger nonce);

    [LoggerMessage(EventId = 3006, EventName = "TransactionsPlannedAgain", Level = LogLevel.Information, Message = "The contract refused what the balances had allowed: another process of the account came in between. They are read again, and what is still needed is sent: {Reason}")]
    public static partial void TransactionsPlannedAgain(this ILogger logger, string? reason);

    [LoggerMessage(EventId = 3007, EventName = "TransactionFunction", Level = LogLevel.Debug, Message = "The transaction {Hash} called {Function} of the contract {Contract}.")]
    public static partial void TransactionFunction(this ILogger logger, string hash, string function, EthereumAddress contract);

    [LoggerMessage(EventId = 4001, EventName = "ModelCreated", Level = LogLevel.Information, Message = "Created the model {ModelId}.")]
    public static partial void ModelCreated(this ILogger logger, string modelId);

    [LoggerMessage(EventId = 4002, EventName = "ModelStatusSeen", Level = LogLevel.Debug, Message = "The model {ModelId} is {Status}.")]
    public static partial void ModelStatusSeen(this ILogger logger, string modelId, Training.ModelStatus status);

    [LoggerMessage(EventId = 4003, EventName = "PublishedDatasetLeft", Level = LogLevel.Warning, Message = "A dataset whose validation failed could not be taken back by {Publisher}.")]
    public static partial void PublishedDatasetLeft(this ILogger logger, Exception exception, string publisher);
}
