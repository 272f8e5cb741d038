namespace Snet.Protocol;

/// <summary>Names of the request headers that carry a payment, and the values of the type header (protocol e.1).</summary>
internal static class PaymentHeaders
{
    public const string Type = "snet-payment-type";
    public const string ChannelId = "snet-payment-channel-id";
    public const string ChannelNonce = "snet-payment-channel-nonce";
    public const string ChannelAmount = "snet-payment-channel-amount";
    public const string ChannelSignature = "snet-payment-channel-signature-bin";
    public const string TrainModelId = "snet-train-model-id";
    public const string FreeCallUserAddress = "snet-free-call-user-address";
    public const string FreeCallUserId = "snet-free-call-user-id";
    public const string FreeCallToken = "snet-free-call-auth-token-bin";
    public const string CurrentBlock = "snet-current-block-number";
    public const string PrepaidToken = "snet-prepaid-auth-token-bin";
    public const string UserAddress = "snet-user-address";

    public const string EscrowType = "escrow";
    public const string TrainCallType = "train-call";
    public const string FreeCallType = "free-call";
    public const string PrepaidCallType = "prepaid-call";
}
