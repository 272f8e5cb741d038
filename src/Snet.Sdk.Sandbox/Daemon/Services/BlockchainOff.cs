using Google.Protobuf;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Sandbox.Daemon.Services;

/// <summary>The services around payments while the daemon's blockchain is switched off: empty answers, whatever is asked (protocol
/// d.5).</summary>
internal static class BlockchainOff
{
    /// <summary>Adds the methods.</summary>
    public static void Register(DaemonRouter router)
    {
        router.Add<ChannelStateRequest>("/escrow.PaymentChannelStateService/GetChannelState", (_, _) => Answer(new ChannelStateReply()));
        router.Add<TokenRequest>("/escrow.TokenService/GetToken", (_, _) => Answer(new TokenReply()));
        router.Add<GetPaymentsListRequest>("/escrow.ProviderControlService/GetListUnclaimed", (_, _) => Answer(new PaymentsListReply()));
        router.Add<GetPaymentsListRequest>("/escrow.ProviderControlService/GetListInProgress", (_, _) => Answer(new PaymentsListReply()));
        router.Add<StartClaimRequest>("/escrow.ProviderControlService/StartClaim", (_, _) => Answer(new PaymentReply()));
        router.Add<StartMultipleClaimRequest>(
            "/escrow.ProviderControlService/StartClaimForMultipleChannels", (_, _) => Answer(new PaymentsListReply()));
    }

    private static Task<IMessage> Answer(IMessage answer) => Task.FromResult(answer);
}
