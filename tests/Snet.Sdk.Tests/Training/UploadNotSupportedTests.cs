using Snet.Sdk.Sandbox;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training;

/// <summary>Daemons 6.1 and 6.2 cannot take uploads, and are never sent one (protocol f).</summary>
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class UploadNotSupportedTests(SandboxDaemonVersion version) : PlatformTest(version)
{
    [Test]
    public async Task UploadAndValidateAsync_DaemonThatCannotTakeUploads_SaysSoBeforeAnythingIsSigned()
    {
        var snet = Connect();
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "by upload");

        var error = await Should.ThrowAsync<UploadNotSupportedException>(
            () => service.Training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), TokenAmount.FromCogs(7)));

        error.DaemonVersion.ShouldBe("v6.2.3");
        error.Message.ShouldContain(nameof(TrainingClient.ValidateModelAsync));
        error.Message.ShouldContain($"{nameof(UploadOptions)}.{nameof(UploadOptions.Publisher)}");
        error.MoneyMoved.ShouldBe(MoneyMoved.No);
        (await snet.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
        (await service.Channels.ListAsync()).ShouldBeEmpty();
    }
}
