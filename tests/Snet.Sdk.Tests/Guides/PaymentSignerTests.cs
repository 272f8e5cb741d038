using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Guides;

/// <summary>A second key signs payments and authorizations; the account's tokens pay.</summary>
[Category("Sandbox")]
public sealed class PaymentSignerTests : PlatformTest
{
    private static readonly WaitOptions Quick = new() { PollInterval = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(30) };

    [Category("Upload")]
    [Test]
    public async Task Pipeline_SeparateSigner_ChannelNamesItAndModelsBelongToIt()
    {
        var key = PrivateKeySigner.CreateRandom(); // holds neither tokens nor ether
        var snet = Connect(options => options.PaymentSigner = key);
        var service = Service(snet);

        var model = await service.Training.CreateModelAsync("stt", "x");
        await service.Training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), TokenAmount.FromCogs(7));
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Quick);
        await service.Training.TrainModelAsync(model.Id, TokenAmount.FromCogs(11));
        model = await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Quick);
        await service.CallAsync("stt", [], new() { ModelId = model.Id });

        (model.CreatedBy, model.Addresses).ShouldBe((key.Address, model.Addresses));
        model.Addresses.ShouldBe([key.Address]);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        (channel.Sender, channel.Signer).ShouldBe((snet.Account.Address, key.Address));
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            receipt.ChannelId.ShouldBe(channel.Id);
    }

    [Test]
    public async Task CallAsync_ChannelOfAnotherSigner_IsLeftAlone()
    {
        var account = NewSigner();
        var own = await Service(Connect(signer: account)).Channels.DepositAndOpenAsync(TokenAmount.FromCogs(500));
        var service = Service(Connect(options => options.PaymentSigner = PrivateKeySigner.CreateRandom(), account));

        var call = await service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });

        call.Receipt!.ChannelId.ShouldNotBe(own.Id);
        (await service.Channels.ListAsync()).Count.ShouldBe(2);
    }
}
