using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Protocol;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Platform;
using Snet.Sdk.Services;
using Snet.Sdk.Training;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>From an account with tokens to a trained model, and on to the provider's money: on the real contracts, with each daemon.</summary>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class PipelineTests(SandboxDaemonVersion version) : RealPlatformTest(version)
{
    private static readonly BigInteger TenEther = 10 * BigInteger.Pow(10, 18);
    private readonly SandboxDaemonVersion _version = version;

    [Test]
    public async Task Pipeline_TrainedAndClaimed_ProviderHasWhatTheReceiptsSay()
    {
        (await Snet.Account.GetBalanceAsync()).ShouldBe(new(Cogs(1000), Cogs(0), TenEther));
        (await Service.Channels.ListAsync()).ShouldBeEmpty();
        var escrowBefore = await EscrowTokensAsync();

        await TrainAndCallAsync();

        // The client's receipts, the daemon's own account and the provider's list are the same money.
        var receipts = await ReceiptsAsync(Snet);
        receipts.ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid && receipt.Nonce == 0);
        receipts.Select(receipt => receipt.Paid.Cogs).ShouldBe([7, 11, 5]);
        var spent = receipts.Aggregate(BigInteger.Zero, (sum, receipt) => sum + receipt.Paid.Cogs);
        var channel = (await Service.Channels.ListAsync()).ShouldHaveSingleItem();
        var state = await Till.GetStateAsync(channel.Id);
        BigEndian.Read(state.CurrentNonce.Span).ShouldBe(0);
        BigEndian.Read(state.CurrentSignedAmount.Span).ShouldBe(spent);
        var unclaimed = (await Till.FindUnclaimedAsync(channel.Id)).ShouldNotBeNull();
        (unclaimed.Nonce, unclaimed.Amount).ShouldBe((0, spent));

        // What left the wallet is in the contract, in this one channel.
        var balance = await Snet.Account.GetBalanceAsync();
        (balance.Wallet + balance.Escrow + channel.Value).ShouldBe(Cogs(1000));
        (await EscrowTokensAsync() - escrowBefore).ShouldBe((balance.Escrow + channel.Value).Cogs);

        var claim = await Till.StartClaimAsync(channel.Id, 0);
        (claim.Nonce, claim.Amount).ShouldBe((0, spent));
        claim.Signature.ShouldBe(state.CurrentSignature.ToByteArray());
        (await Till.FindInProgressAsync(channel.Id)).ShouldNotBeNull().Amount.ShouldBe(spent);
        (await Till.FindUnclaimedAsync(channel.Id)).ShouldBeNull();
        var onItsWay = await PayAsync(Service);

        var provider = await Till.GetEscrowAsync();
        (await Till.ClaimAsync(claim)).ShouldBe(
            [channel.Id, BigInteger.One, TestKeys.Provider.Address, spent, spent, BigInteger.Zero, channel.Value.Cogs - spent]);
        (await Till.GetEscrowAsync()).ShouldBe(provider + spent);
        (await Till.WithdrawAsync(spent)).ShouldBe(spent);
        (await Till.FindInProgressAsync(channel.Id)).ShouldBeNull();

        // The client goes on in the next round, on the same channel.
        var afterwards = await PayAsync(Service);
        (onItsWay.ChannelId, onItsWay.Nonce, onItsWay.AmountAfter).ShouldBe((channel.Id, 1, CallPrice));
        (afterwards.ChannelId, afterwards.Nonce, afterwards.AmountAfter).ShouldBe((channel.Id, 1, CallPrice + CallPrice));
        await Till.ClaimAsync(await Till.StartClaimAsync(channel.Id, 1));
        (await Till.GetEscrowAsync()).ShouldBe(provider + 10);
    }

    private async Task TrainAndCallAsync()
    {
        var model = await Service.Training.CreateModelAsync("stt", "on a real chain");
        await ValidateAsync(model.Id);
        (await Service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Quick)).Status.ShouldBe(ModelStatus.Validated);
        var price = await Service.Training.TrainModelPriceAsync(model.Id);
        (await Service.Training.TrainModelAsync(model.Id, price)).ShouldBe(ModelStatus.Training);
        (await Service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Quick)).Status.ShouldBe(ModelStatus.ReadyToUse);
        JsonObject reply = await Service.CallAsync("stt", new JsonObject { ["speech"] = "AAEC" }, new ServiceCallOptions { ModelId = model.Id });
        reply["result"]!.GetValue<string>().ShouldContain(model.Id);
    }

    // Uploads do not work on 6.2 (protocol f.6), where the data is linked to instead.
    private async Task ValidateAsync(string modelId)
    {
        if (_version == SandboxDaemonVersion.V6_2)
        {
            var link = new Uri("https://data.example/set.zip");
            await Service.Training.ValidateModelAsync(modelId, link, await Service.Training.ValidateModelPriceAsync(modelId, link));
        }
        else
        {
            await Service.Training.UploadAndValidateAsync(modelId, SmallDataset.Create(), await Service.Training.ValidateModelPriceAsync(modelId));
        }
    }

    // The tokens that the contract holds for everybody.
    private async Task<BigInteger> EscrowTokensAsync() => (BigInteger)(await Chain.CallAsync(Chain.Token, TokenContract.BalanceOf, Chain.Mpe))[0];
}
