using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Guides;

/// <summary>A provider that refuses a step is heard, and costs nothing but where the platform itself charges.</summary>
[Category("Sandbox")]
public sealed class ProviderFailureTests : PlatformTest
{
    private static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7), TrainPrice = TokenAmount.FromCogs(11);

    [TestCase("refuse-train")]
    [TestCase("refuse-validate")]
    public async Task PaidStep_ProviderRefuses_IsSaidAndNotCharged(string name)
    {
        var snet = Connect();
        var training = Service(snet).Training;
        var model = await training.CreateModelAsync("stt", name);

        var error = await Should.ThrowAsync<ServiceCallException>(() => name == "refuse-train"
            ? training.TrainModelAsync(model.Id, TrainPrice)
            : training.ValidateModelAsync(model.Id, new Uri("https://data.example/set.zip"), ValidatePrice));

        (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, false));
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            receipt.Outcome.ShouldBe(PaymentOutcome.NotCharged);
        (await training.GetModelAsync(model.Id)).Status.ShouldBe(ModelStatus.Created);
    }

    [TestCase("fail-create", "the provider says no", CallOrigin.Service)]
    [TestCase("fail-price", "the provider says no", CallOrigin.Service)]
    [TestCase("fail-status", "service-provider should realize it", CallOrigin.Daemon)] // the daemon keeps the provider's words to itself
    [TestCase("fail-delete", "service-provider should realize it", CallOrigin.Daemon)]
    public async Task FreeCall_ProviderRefuses_IsSaid(string name, string words, CallOrigin origin)
    {
        var training = Service(Connect()).Training;

        var error = await Should.ThrowAsync<ServiceCallException>(async () =>
        {
            var model = await training.CreateModelAsync("stt", name);
            await (name switch
            {
                "fail-price" => training.TrainModelPriceAsync(model.Id),
                "fail-status" => training.GetModelAsync(model.Id),
                _ => (Task)training.DeleteModelAsync(model.Id),
            });
        });

        error.Detail.ShouldContain(words);
        (error.Origin, error.MoneyMoved).ShouldBe((origin, MoneyMoved.No));
    }
}
