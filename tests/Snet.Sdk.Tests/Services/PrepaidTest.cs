using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Services;

/// <summary>What tests of prepaid calls have in common. A call costs 5 cogs.</summary>
public abstract class PrepaidTest(SandboxDaemonVersion? version = null) : PlatformTest(version)
{
    protected const string GetToken = "/escrow.TokenService/GetToken";
    protected const string Add = "/service.Calculator/add";

    protected static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    internal SnetClient ConnectPrepaid(int callsAhead, Action<SnetClientOptions>? change = null, ISigner? signer = null) => Connect(
        options =>
        {
            options.PaymentMode = PaymentMode.Prepaid;
            options.Funding = new ChannelFunding { CallsAhead = callsAhead };
            change?.Invoke(options);
        },
        signer);

    protected static async Task CallAsync(ServiceClient service, int times)
    {
        for (var i = 0; i < times; i++)
            (await service.CallAsync("add", Numbers)).Paid.Cogs.ShouldBe(5);
    }

    protected static async Task<List<PaymentReceipt>> ReceiptsAsync(SnetClient snet)
    {
        List<PaymentReceipt> receipts = [];
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            receipts.Add(receipt);
        return receipts;
    }

    /// <summary>What was signed for, by the receipts; it must be what the daemon has.</summary>
    protected static async Task<int> SignedAsync(SnetClient snet, SnetSandbox? sandbox = null)
    {
        var receipts = await ReceiptsAsync(snet);
        var signed = receipts.Sum(receipt => (int)receipt.Paid.Cogs);
        if (sandbox is not null)
            sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(signed);
        return signed;
    }
}
