using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Tests.Training.Datasets;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Diagnostics;

/// <summary>A whole pipeline and many failures, with every listener on: none of them hears a key, a seed, a token or a signature.</summary>
[Category("Sandbox")]
[NonParallelizable] // it listens to the whole process
public sealed class SecretsTests() : PlatformTest(SandboxDaemonVersion.V6_0) // which takes uploads and gives free calls
{
    private static readonly WaitOptions Quick = new() { PollInterval = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(60) };
    private static readonly Uri Link = new("https://data.example/x.zip");

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [Test]
    public async Task Everything_OfAWholePipelineAndItsFailures_TellsNoSecret()
    {
        using var ear = new Eavesdropper();
        using var data = new TemporaryFolder();
        using var wire = new WireLog();
        using var key = PrivateKey.Create();
        using var words = PrivateKeySigner.FromMnemonic("legal winner thank year wave sausage worth useful legal winner thank yellow", 3, "a passphrase");
        var signer = new RecordingSigner(PrivateKeySigner.FromHex(key.ExportHex()));
        Sandbox.Chain.Fund(key.Address, TokenAmount.FromTokens(1000).Cogs, TokenAmount.FromTokens(10).Cogs);
        var snet = Connect(options =>
        {
            (options.LoggerFactory, options.DaemonHttpHandler, options.DataDirectory) = (ear, wire, data.Path);
            (options.PaymentMode, options.PaymentSigner, options.TimeProvider, options.MaxRetries) = (PaymentMode.Automatic, signer, new Histories.HastyTime(), 1);
        }, signer);
        var service = Service(snet);

        await SucceedAsync(snet, service);
        await FailAsync(snet, service, ear);
        BreakKeys(ear, data);
        foreach (var receipt in await snet.Account.ListReceiptsAsync().ToListAsync())
            ear.Hear("text", $"{receipt}");
        ear.Hear("text", $"{snet} {snet.Options} {snet.Options.Signer} {signer.Inner} {words} {key} {Platform} {service} {service.Training}");
        foreach (var file in Directory.EnumerateFiles(data.Path, "*", SearchOption.AllDirectories).Where(file => file.Contains(".json", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            ear.Hear("file", await new StreamReader(stream).ReadToEndAsync());
        }

        List<(string What, byte[] Bytes)> secrets = [("key", key.Use(bytes => bytes.ToArray())), .. signer.Signatures.Select(signature => ("signature", signature[..64])), .. Tokens(wire)];
        secrets.Count(secret => secret.What == "signature").ShouldBeGreaterThan(20);
        secrets.Select(secret => secret.What).Distinct().ShouldBe(["key", "signature", "free", "prepaid"], ignoreOrder: true);
        foreach (var from in (string[])["log", "activity", "measurement", "event", "exception", "file"])
            ear.Heard.ShouldContain(heard => heard.From == from, $"nothing was heard from {from}");
        List<(string What, string Form)> forms =
        [
            .. secrets.SelectMany(secret => Forms(secret.Bytes).Select(form => (secret.What, form))), ("word", "sausage"), ("password", Password), ("passphrase", "a passphrase"),
        ];
        var search = SearchValues.Create([.. forms.Select(form => form.Form).Distinct()], StringComparison.OrdinalIgnoreCase);
        foreach (var (from, text) in ear.Heard.Where(heard => heard.Text.AsSpan().ContainsAny(search)))
            Assert.Fail($"{forms.First(form => text.Contains(form.Form, StringComparison.OrdinalIgnoreCase)).What} in {from}: {text}");
    }

    private const string Password = "correct horse battery";

    private static async Task SucceedAsync(SnetClient snet, ServiceClient service)
    {
        await snet.Account.DepositAsync(TokenAmount.FromCogs(100));
        for (var i = 0; i < 5; i++)
            await service.CallAsync("add", Numbers);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Prepaid })));
        var training = service.Training;
        var model = await training.CreateModelAsync("stt", "x");
        await training.ValidateModelAsync(model.Id, Link, await training.ValidateModelPriceAsync(model.Id, Link));
        await training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Quick);
        await training.TrainModelAsync(model.Id, await training.TrainModelPriceAsync(model.Id));
        await training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Quick);
        await service.CallAsync("stt", [], new ServiceCallOptions { ModelId = model.Id });
        var upload = await training.CreateModelAsync("stt", "y");
        await training.UploadAndValidateAsync(upload.Id, TestDatasets.Good(), await training.ValidateModelPriceAsync(upload.Id));
        await service.Channels.ListAsync();
        await snet.Account.GetFundsAsync();
    }

    private async Task FailAsync(SnetClient snet, ServiceClient service, Eavesdropper ear)
    {
        var paid = new ServiceCallOptions { PaymentMode = PaymentMode.Escrow };
        var prepaid = new ServiceCallOptions { PaymentMode = PaymentMode.Prepaid };
        var faults = Sandbox.Daemon.Faults;
        await Fails(() => faults.RefuseNextPayment(), () => service.CallAsync("add", Numbers, paid));
        await Fails(() => faults.RefuseNextPayment(1000, "incorrect payment channel nonce, latest: 9, sent: 0", 20), () => service.CallAsync("add", Numbers, paid));
        await Fails(() => faults.RefuseNextPayment(13, "internal error: token signature is invalid: signature is invalid", 20), () => service.CallAsync("add", Numbers, prepaid));
        await Fails(() => faults.RefuseNextPayment(16, "token sign is not valid", 20), () => service.CallAsync("add", Numbers));
        await Fails(() => faults.CutNextAnswer(), () => service.CallAsync("add", Numbers, paid));
        await Fails(() => faults.CutNextCall(), () => service.CallAsync("add", Numbers, paid));
        await Fails(() => faults.LimitNextCall(3), () => service.CallAsync("add", Numbers, paid));
        await Fails(() => null, () => service.CallAsync("fail", new JsonObject { ["a"] = 13 }, paid));
        await Fails(() => null, () => service.CallAsync("fail", new JsonObject { ["a"] = 13 }, prepaid));
        await Fails(() => null, async () =>
        {
            using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            await service.CallAsync("wait", new JsonObject { ["a"] = 2_000 }, paid, giveUp.Token);
        });
        await Fails(() => null, () => service.CallAsync("none", Numbers));
        await Fails(() => null, () => service.Training.TrainModelAsync("no such model", TokenAmount.FromCogs(1)));
        await Fails(() => null, () => snet.Account.DepositAsync(TokenAmount.FromTokens(1_000_000)));
        await Fails(() => null, () => snet.Account.WithdrawAsync(TokenAmount.FromTokens(1_000_000)));
        await Fails(() => Sandbox.Chain.Faults.RefuseNextRequest(times: 50), () => snet.Account.GetBalanceAsync());
        await Fails(() => Sandbox.Chain.Faults.ChangeNextAnswer(50), () => snet.Account.DepositAsync(TokenAmount.FromCogs(1)));
        await Fails(() => faults.Stop(), () => service.CallAsync("add", Numbers, paid));
        await Fails(() => faults.ForgeNextChannelState(10_000, times: 50), async () =>
        {
            using (faults.CutNextAnswer())
                await service.CallAsync("add", Numbers, paid);
        });

        async Task Fails(Func<IDisposable?> fault, Func<Task> act)
        {
            using (fault())
                ear.Hear(await Should.ThrowAsync<Exception>(act));
        }
    }

    // Each is something that a user may hand over by mistake.
    private static void BreakKeys(Eavesdropper ear, TemporaryFolder data)
    {
        using var created = PrivateKeySigner.CreateRandom();
        created.SaveKeystore(data["keystore"], Password);
        ear.Hear(Should.Throw<WrongPasswordException>(() => PrivateKeySigner.FromKeystore(data["keystore"], Password + Password)));
        ear.Hear(Should.Throw<IOException>(() => created.SaveKeystore(data["keystore"], Password)));
        ear.Hear(Should.Throw<FormatException>(() => PrivateKeySigner.FromMnemonic("legal winner thank year wave sausage worth useful legal winner thank thank")));
        ear.Hear(Should.Throw<FormatException>(() => PrivateKeySigner.FromMnemonic("sausages of every kind")));
        ear.Hear(Should.Throw<FormatException>(() => PrivateKeySigner.FromHex("sausage")));
        ear.Hear(Should.Throw<FormatException>(() => PrivateKeySigner.FromKeystoreJson("""{"sausage":1}""", Password)));
    }

    private static IEnumerable<(string, byte[])> Tokens(WireLog wire)
    {
        foreach (var request in wire.All)
        {
            if (request.Headers.TryGetValue("snet-free-call-auth-token-bin", out var free))
                yield return ("free", Decode(free)[..64]);
            if (request.Headers.TryGetValue("snet-prepaid-auth-token-bin", out var prepaid))
                yield return ("prepaid", Decode(prepaid));
        }

        static byte[] Decode(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    // As hexadecimal digits, as base64 wherever it begins within three bytes, and as the text that it may be; a part of it is enough.
    private static IEnumerable<string> Forms(byte[] secret)
    {
        yield return Convert.ToHexString(secret.AsSpan(0, 24));
        yield return Convert.ToBase64String(secret)[..30];
        yield return Convert.ToBase64String(secret[1..])[..28];
        yield return Convert.ToBase64String(secret[2..])[..28];
        if (secret.All(b => b is > 31 and < 127))
            yield return Encoding.ASCII.GetString(secret)[^40..]; // the end of a token is its signature
    }

    /// <summary>Keeps what it signs. Transactions are left out: the chain shows them to everybody.</summary>
    private sealed class RecordingSigner(ISigner inner) : ISigner
    {
        private readonly ConcurrentQueue<byte[]> _signatures = new();

        public ISigner Inner => inner;

        public IEnumerable<byte[]> Signatures => _signatures;

        public EthereumAddress Address => inner.Address;

        public async ValueTask<byte[]> SignMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
        {
            var signature = await inner.SignMessageAsync(message, cancellationToken);
            _signatures.Enqueue(signature);
            return signature;
        }

        public ValueTask<byte[]> SignTransactionAsync(ReadOnlyMemory<byte> unsignedTransaction, CancellationToken cancellationToken = default) =>
            inner.SignTransactionAsync(unsignedTransaction, cancellationToken);
    }
}
