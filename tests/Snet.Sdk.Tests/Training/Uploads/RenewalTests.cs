using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>The daemon checks the authorization of each part, to five blocks: it is renewed while blocks go by.</summary>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
public sealed class RenewalTests(SandboxDaemonVersion version) : UploadTest(version)
{
    private const int Parts = 200;

    [Test]
    public async Task UploadAndValidateAsync_BlockEveryThirdPart_ArrivesWhole()
    {
        var (upload, dataset, snet) = await UploadAsync(renew: true);

        (upload["chunks"]!.GetValue<int>(), upload["end"]!.GetValue<bool>()).ShouldBe((Parts, true));
        upload["sha256"]!.ToString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(dataset.Archive)));
        (await ReceiptsAsync(snet)).Count(receipt => receipt.Outcome != PaymentOutcome.NotCharged).ShouldBe(1);
    }

    [Test]
    public async Task UploadAndValidateAsync_BlockEveryThirdPartWithoutRenewal_BreaksAndIsNotCharged()
    {
        SnetClient snet = null!;

        var error = await Should.ThrowAsync<SnetException>(() => UploadAsync(renew: false, client => snet = client));

        error.ToString().ShouldContain("authentication failed as the signature passed has expired");
        error.MoneyMoved.ShouldBe(MoneyMoved.No);
        (await ReceiptsAsync(snet)).ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task UploadAndValidateAsync_SignerFailsInTheMiddle_BreaksAndSaysThatNothingWasCharged()
    {
        SnetClient snet = null!;
        var signer = new ScriptedSigner(NewSigner());

        var error = await Should.ThrowAsync<UploadFailedException>(() => UploadAsync(renew: true, client => snet = client, signer, part =>
        {
            if (part == Parts / 2)
            {
                signer.Message = (_, _) =>
                {
                    signer.Message = null;
                    throw new HttpRequestException("The vault does not answer.");
                };
            }
        }));

        error.InnerException.ShouldBeOfType<SignerException>().InnerException.ShouldBeOfType<HttpRequestException>();
        (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, true));
        error.SentBytes.ShouldBePositive();
        (await ReceiptsAsync(snet)).ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.NotCharged);
    }

    // Uploads a dataset while a block comes with every third part, on a line on which no more than two parts are under way.
    private async Task<(JsonNode Upload, PacedDataset Dataset, SnetClient Client)> UploadAsync(
        bool renew, Action<SnetClient>? onConnect = null, ISigner? signer = null, Action<int>? onPart = null)
    {
        var id = "";
        var start = Sandbox.Chain.BlockNumber;
        var dataset = new PacedDataset(Parts, async (part, cancellationToken) =>
        {
            onPart?.Invoke(part);
            if (part % 3 == 0)
                Sandbox.Chain.Mine();
            await HasPartsAsync(id, part - 3, cancellationToken);
        });
        var snet = Connect(options => options.DaemonHttpHandler = dataset, signer);
        onConnect?.Invoke(snet);
        var training = Service(snet).Training;
        id = (await training.CreateModelAsync("stt", "x")).Id;

        await training.UploadAndValidateAsync(id, dataset.Source, ValidatePrice, InParts(renew));

        Sandbox.Chain.BlockNumber.ShouldBeGreaterThanOrEqualTo(start + (Parts / 3));
        return (Uploads(id)[^1]!, dataset, snet); // on a busy machine five blocks can pass before a thread of the client's runs; then the one repetition is it
    }
}
