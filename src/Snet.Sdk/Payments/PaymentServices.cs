using Microsoft.Extensions.Logging;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Payments;

/// <summary>What everything that pays needs of its client.</summary>
internal sealed record PaymentServices(SnetClientOptions Options, ChainGateway Chain, EscrowAccount Escrow, ReceiptLog Receipts, ChannelMemory Memory, ILogger Logger);
