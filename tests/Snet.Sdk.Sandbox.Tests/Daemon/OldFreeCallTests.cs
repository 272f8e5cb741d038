using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Free calls on a daemon before 6.0, whose messages were others: today's clients get none (protocol d.4).</summary>
internal sealed class OldFreeCallTests
{
    private static readonly global::Service.Numbers Numbers = new() { A = 1, B = 2 };
    private DaemonUser _user = null!;

    [SetUp]
    public async Task Start() => _user = await DaemonUser.StartAsync(new SandboxOptions { DaemonVersion = SandboxDaemonVersion.V5_2 });

    [TearDown]
    public async Task Stop() => await _user.DisposeAsync();

    [Test]
    public async Task GetFreeCallToken_DoesNotExist_IsTakenForAPaidCall()
    {
        var refusal = await _user.RefusedAsync("/escrow.FreeCallStateService/GetFreeCallToken", new GetFreeCallTokenRequest());

        (refusal.StatusCode, refusal.Detail).ShouldBe((GrpcStatus.InvalidArgument, "missing \"snet-payment-channel-id\""));
    }

    [Test]
    public async Task GetFreeCallsAvailable_TodaysMessage_IsRefused() =>
        (await _user.RefusedAsync("/escrow.FreeCallStateService/GetFreeCallsAvailable", new FreeCallStateRequest())).StatusCode
            .ShouldBe(GrpcStatus.Unknown);

    [TestCase("")]
    [TestCase("somebody")]
    public async Task FreeCall_TodaysHeaders_IsRefusedAndEscrowGoesOn(string userId)
    {
        var headers = new GrpcMetadata { { PaymentHeaders.Type, PaymentHeaders.FreeCallType } };
        if (userId.Length > 0)
            headers.Add(PaymentHeaders.FreeCallUserId, userId);

        await _user.RefusedAsync("/service.Calculator/add", Numbers, headers);

        (await _user.CallAsync<global::Service.Result>("/service.Calculator/add", Numbers, _user.Pay(5))).Value.ShouldBe(3);
    }
}
