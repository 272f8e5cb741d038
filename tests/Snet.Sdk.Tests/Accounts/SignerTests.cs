using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Accounts;

/// <summary>Signers of the application's own, in vaults and devices: what they may answer, and what becomes of what they should not.</summary>
[Category("Sandbox")]
public sealed class SignerTests : PlatformTest
{
    private static readonly BigInteger Order = BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private WireLog _daemon = null!;
    private StrictNode _node = null!;

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [SetUp]
    public void MakeHandlers() => (_daemon, _node) = (new WireLog(), new StrictNode());

    [TearDown]
    public void RemoveHandlers()
    {
        _daemon.Dispose();
        _node.Dispose();
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    public async Task CallAsync_SignerAnswersInAnotherForm_IsPutIntoTheOneThatTheContractTakes(bool smallV, bool highS)
    {
        var signer = new ScriptedSigner(NewSigner()) { Message = InForm, Transaction = InForm };
        var snet = Connect(signer, PaymentMode.Automatic);
        var service = Service(snet);

        for (var i = 0; i < 4; i++)
            await service.CallAsync("add", Numbers); // three are free, the last opens a channel
        await service.Training.CreateModelAsync("stt", "x");
        await service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Prepaid });

        var signatures = _daemon.Paid.Select(request => request.Headers.GetValueOrDefault("snet-payment-channel-signature-bin"))
            .OfType<string>().Select(text => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='))).ToList();
        signatures.Count.ShouldBe(4);
        foreach (var signature in signatures)
        {
            signature[64].ShouldBeInRange((byte)27, (byte)28);
            new BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true).ShouldBeLessThanOrEqualTo(Order / 2);
        }

        ValueTask<byte[]> InForm(byte[] signature, CancellationToken cancellationToken)
        {
            var odd = signature[64] % 27;
            if (highS)
            {
                var s = Order - new BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
                var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
                signature.AsSpan(32, 32).Clear();
                bytes.CopyTo(signature.AsSpan(64 - bytes.Length));
                odd = 1 - odd;
            }

            signature[64] = (byte)(smallV ? odd : odd + 27);
            return ValueTask.FromResult(signature);
        }
    }

    [TestCase("another key")]
    [TestCase("other parity")]
    [TestCase("64 bytes")]
    [TestCase("66 bytes")]
    [TestCase("v of a chain")]
    [TestCase("v is 2")]
    [TestCase("s is zero")]
    [TestCase("nothing")]
    public async Task CallAsync_SignatureIsNotTheAccounts_NothingIsSentWithIt(string fault)
    {
        var signer = new ScriptedSigner(NewSigner());
        var snet = Connect(signer);
        var service = Service(snet);
        await service.CallAsync("add", Numbers);
        var sent = _daemon.All.Count;
        signer.Message = (signature, _) => ValueTask.FromResult(Spoil(fault, signature));

        var paying = await Should.ThrowAsync<SignerException>(() => service.CallAsync("add", Numbers));
        await Should.ThrowAsync<SignerException>(() => service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Free }));
        await Should.ThrowAsync<SignerException>(() => service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Prepaid }));
        await Should.ThrowAsync<SignerException>(() => Service(Connect(signer)).CallAsync("add", Numbers)); // asks for the channel's state first
        await Should.ThrowAsync<SignerException>(() => service.Training.GetAllModelsAsync());

        (paying.Code, paying.MoneyMoved, paying.IsTransient, paying.Address).ShouldBe(("signer", MoneyMoved.No, false, signer.Address));
        _daemon.All.Skip(sent).ShouldAllBe(request => request.Path.Contains("metadata", StringComparison.Ordinal)); // which nothing is signed for
        signer.Message = null;
        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        (await snet.Account.ListReceiptsAsync().Select(receipt => receipt.Outcome).ToListAsync()).ShouldBe(
            [PaymentOutcome.Paid, PaymentOutcome.NotCharged, PaymentOutcome.Paid]);
    }

    [TestCase("another key")]
    [TestCase("other parity")]
    [TestCase("v of a chain")]
    public async Task DepositAsync_SignatureIsNotTheAccounts_NoTransactionIsSent(string fault)
    {
        var signer = new ScriptedSigner(NewSigner()) { Transaction = (signature, _) => ValueTask.FromResult(Spoil(fault, signature)) };
        var snet = Connect(signer);

        await Should.ThrowAsync<SignerException>(() => snet.Account.DepositAsync(TokenAmount.FromCogs(5)));

        _node.Requests.ShouldNotContain("eth_sendRawTransaction");
        signer.Transaction = null;
        await snet.Account.DepositAsync(TokenAmount.FromCogs(5));
        (await snet.Account.GetBalanceAsync()).Escrow.Cogs.ShouldBe(5);
    }

    [TestCase(typeof(InvalidOperationException))]
    [TestCase(typeof(HttpRequestException))]
    [TestCase(typeof(TaskCanceledException))] // an HTTP client's own time limit
    public async Task CallAsync_SignerThrows_IsItsOwnErrorAndTheNextCallGoesOn(Type failure)
    {
        var signer = new ScriptedSigner(NewSigner());
        var service = Service(Connect(signer));
        await service.CallAsync("add", Numbers);
        signer.Message = (_, _) => throw (Exception)Activator.CreateInstance(failure)!;

        var error = await Should.ThrowAsync<SignerException>(() => service.CallAsync("add", Numbers));
        signer.Message = null;

        (error.IsTransient, error.MoneyMoved).ShouldBe((true, MoneyMoved.No));
        error.InnerException.ShouldBeOfType(failure);
        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_CancelledWhileASignerThinks_TheNextCallDoesNotWaitForIt()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var signer = new ScriptedSigner(NewSigner());
        var snet = Connect(signer);
        var service = Service(snet);
        await service.CallAsync("add", Numbers);
        signer.Message = (_, _) =>
        {
            signer.Message = null;
            asked.SetResult();
            return new(never.Task); // and it does not look at the token
        };
        using var giveUp = new CancellationTokenSource();

        var first = service.CallAsync("add", Numbers, cancellationToken: giveUp.Token);
        await asked.Task;
        var second = service.CallAsync("add", Numbers);
        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(20)));
        (await second.WaitAsync(TimeSpan.FromSeconds(20))).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        (await snet.Account.ListReceiptsAsync().Select(receipt => receipt.Outcome).ToListAsync()).ShouldBe([PaymentOutcome.Paid, PaymentOutcome.NotCharged, PaymentOutcome.Paid]);
        never.SetResult([]);
    }

    [Test]
    public async Task CallAsync_AnswerIsLostAndTheSignerIsAway_SaysThatTheFateIsOpenAndPaysOnceAfterwards()
    {
        var signer = new ScriptedSigner(NewSigner());
        var service = Service(Connect(signer));
        await service.CallAsync("add", Numbers);
        signer.Message = (signature, _) =>
        {
            signer.Message = (_, _) => throw new HttpRequestException("The vault does not answer.");
            return ValueTask.FromResult(signature); // the payment is still signed, the question after it is not
        };

        using (Sandbox.Daemon.Faults.CutNextAnswer())
            (await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.Unknown);
        await Should.ThrowAsync<SignerException>(() => service.CallAsync("add", Numbers));
        signer.Message = null;

        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(15);
        (await service.Client.Account.ListReceiptsAsync().Select(receipt => receipt.Outcome).ToListAsync()).ShouldBe([PaymentOutcome.Paid, PaymentOutcome.Paid, PaymentOutcome.Paid]);
    }

    [Test]
    public async Task CallAsync_OptionsChangedAfterwards_HaveNoEffect()
    {
        var options = SnetClientOptions.FromPlatform(Platform);
        (options.Signer, options.PaymentMode, options.Spending) = (NewSigner(), PaymentMode.Escrow, new SpendingPolicy { MaxPerCall = TokenAmount.FromCogs(4) });
        var snet = Own(new SnetClient(options));

        (options.Spending, options.Signer, options.PaymentMode) = (new SpendingPolicy(), NewSigner(), PaymentMode.Prepaid);

        (await Should.ThrowAsync<SpendingLimitException>(() => Service(snet).CallAsync("add", Numbers))).Limit.ShouldBe("SpendingPolicy.MaxPerCall");
        snet.Account.Address.ShouldNotBe(options.Signer.Address);
    }

    private static byte[] Spoil(string fault, byte[] signature)
    {
        using var other = PrivateKey.Create();
        switch (fault)
        {
            case "another key":
                return other.SignMessage(signature);
            case "other parity":
                signature[64] ^= (byte)(signature[64] < 27 ? 1 : 27 ^ 28);
                return signature;
            case "64 bytes":
                return signature[..64];
            case "66 bytes":
                return [.. signature, 0];
            case "v of a chain":
                signature[64] = 37;
                return signature;
            case "v is 2":
                signature[64] = 2;
                return signature;
            case "s is zero":
                signature.AsSpan(32, 32).Clear();
                return signature;
            default:
                return null!;
        }
    }

    private SnetClient Connect(ISigner signer, PaymentMode mode = PaymentMode.Escrow) =>
        Connect(options => (options.PaymentMode, options.DaemonHttpHandler, options.NodeHttpHandler) = (mode, _daemon, _node), signer);
}
