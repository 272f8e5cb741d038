using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Platform;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Tests.Training.Datasets;

namespace Snet.Sdk.Tests.Payments;

/// <summary>What somebody gains who lies to the client, as docs/security.md tells it.</summary>
[Category("Sandbox")]
public sealed class AdversaryTests : PlatformTest
{
    private static readonly JsonObject Numbers = new() { ["a"] = 1, ["b"] = 2 };

    [TestCase("two rounds ahead")]
    [TestCase("a claim without its total")]
    [TestCase("a claim of more than was signed")]
    [TestCase("a round that is over")]
    [TestCase("another total under our signature")]
    public async Task CallAsync_DaemonTellsWhatCannotBe_NothingIsSigned(string lie)
    {
        using var daemon = new LyingDaemon(reply => Lie(lie, reply));
        var service = await PaidOnceAsync(options => options.DaemonHttpHandler = daemon);

        daemon.IsOn = true;
        var error = await Should.ThrowAsync<ChannelStateException>(() => service.CallAsync("add", Numbers.DeepClone().AsObject()));
        daemon.IsOn = false;

        error.MoneyMoved.ShouldBe(MoneyMoved.No);
        (await service.CallAsync("add", Numbers.DeepClone().AsObject())).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_DaemonShowsAnOlderSignatureOfOurs_IsPaidLessThanBefore()
    {
        ChannelStateReply? old = null;
        using var daemon = new LyingDaemon(reply => old?.Clone() ?? reply);
        var signer = NewSigner();
        var first = await PaidOnceAsync(signer: signer);
        var second = Service(Connect(options => options.DaemonHttpHandler = daemon, signer));
        await second.CallAsync("add", Numbers.DeepClone().AsObject()); // its client has asked: 5 were signed
        old = daemon.Last;
        await first.CallAsync("add", Numbers.DeepClone().AsObject());
        await first.CallAsync("add", Numbers.DeepClone().AsObject());

        daemon.IsOn = true;
        var third = Service(Connect(options => options.DaemonHttpHandler = daemon, signer));
        await Should.ThrowAsync<PaymentRejectedException>(() => third.CallAsync("add", Numbers.DeepClone().AsObject()));

        var signed = (await third.Client.Account.ListReceiptsAsync().ToListAsync()).Max(receipt => receipt.AmountAfter.Cogs);
        signed.ShouldBeLessThanOrEqualTo(10); // it could claim 20 before it lied
    }

    [Test]
    public async Task CallAsync_NodeIsOnAnotherChain_NothingIsSigned()
    {
        var service = Service(Connect(options => options.Network = SnetNetwork.Custom(
            "another", 1, Platform.Token, Platform.Mpe, Platform.Registry, Platform.Ipfs)));

        (await Should.ThrowAsync<EthereumRpcException>(() => service.CallAsync("add", Numbers.DeepClone().AsObject()))).Message.ShouldContain("Nothing was signed");

        (await service.Client.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
    }

    [TestCase("free")]
    [TestCase("escrow")]
    [TestCase("prepaid")]
    [TestCase("reading")]
    [TestCase("creating")]
    [TestCase("transaction")]
    public async Task Signing_NodeIsOnAnotherChain_IsNotDone(string what)
    {
        var signed = 0;
        var signer = new ScriptedSigner(NewSigner()) { Message = Count, Transaction = Count };
        var snet = Connect(options => options.Network = SnetNetwork.Custom("another", 1, Platform.Token, Platform.Mpe, Platform.Registry, Platform.Ipfs), signer);
        var service = Service(snet);

        await Should.ThrowAsync<SnetException>(() => what switch
        {
            "free" => Call(PaymentMode.Free),
            "escrow" => Call(PaymentMode.Escrow),
            "prepaid" => Call(PaymentMode.Prepaid),
            "reading" => service.Training.GetAllModelsAsync(),
            "creating" => service.Training.CreateModelAsync("stt", "x"),
            _ => snet.Account.DepositAsync(TokenAmount.FromCogs(1)),
        });

        signed.ShouldBe(0);

        Task Call(PaymentMode mode) => service.CallAsync("add", Numbers.DeepClone().AsObject(), new ServiceCallOptions { PaymentMode = mode });

        ValueTask<byte[]> Count(byte[] signature, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref signed);
            return ValueTask.FromResult(signature);
        }
    }

    [Test]
    public async Task CallAsync_NodeSaysThatAChannelIsAnothers_NothingIsSigned()
    {
        using var node = new LyingNode(Platform.Mpe, word: 1, 0xaa) { IsOn = false }; // the sender
        var service = Service(Connect(options => options.NodeHttpHandler = node));
        await service.CallAsync("add", Numbers.DeepClone().AsObject());
        node.IsOn = true;

        using (Sandbox.Daemon.Faults.RefuseNextNonce())
            (await Should.ThrowAsync<ChannelStateException>(() => service.CallAsync("add", Numbers.DeepClone().AsObject()))).Message.ShouldContain("belongs to others");

        node.IsOn = false;
        (await service.CallAsync("add", Numbers.DeepClone().AsObject())).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_NodeSaysThatAChannelHoldsMore_NoMoreThanItsPriceIsSigned()
    {
        using var node = new LyingNode(Platform.Mpe, word: 5, 1_000_000);
        var service = Service(Connect(options =>
        {
            (options.NodeHttpHandler, options.TimeProvider) = (node, new Histories.HastyTime());
            options.Funding = new ChannelFunding { CallsAhead = 1 };
        }));

        await service.CallAsync("add", Numbers.DeepClone().AsObject());
        await Should.ThrowAsync<SnetException>(() => service.CallAsync("add", Numbers.DeepClone().AsObject())); // the daemon knows better

        var receipts = await service.Client.Account.ListReceiptsAsync().ToListAsync();
        receipts.Max(receipt => receipt.AmountAfter.Cogs).ShouldBeLessThanOrEqualTo(10);
        Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(5);
    }

    [Test]
    public async Task CallAsync_StorageGivesSomethingElse_IsNotBelieved([Values(0, 1, 2)] int file)
    {
        using var storage = new LyingStorage();
        await Service(Connect(options => options.StorageHttpHandler = storage)).CallAsync("add", Numbers.DeepClone().AsObject());
        var snet = Connect(options => options.StorageHttpHandler = storage);
        storage.Files.Count.ShouldBe(3); // the service's metadata, the organization's, and the proto files

        storage.Changed = storage.Files[file];
        (await Should.ThrowAsync<Snet.Sdk.Discovery.MetadataException>(() => Service(snet).CallAsync("add", Numbers.DeepClone().AsObject()))).Message.ShouldContain("something else");

        (await snet.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task CallAsync_MemoryNamesAChannelOfAnother_ItIsNotUsed()
    {
        using var data = new TemporaryFolder();
        var stranger = await Service(Connect()).Channels.DepositAndOpenAsync(TokenAmount.FromCogs(1_000));
        var signer = NewSigner();
        var before = await PaidOnceAsync(options => options.DataDirectory = data.Path, signer);
        Sandbox.Chain.Mine(5); // what the newest block holds is searched again in any case
        var own = (await before.Channels.ListAsync()).Single();
        await before.Client.Account.GetFundsAsync(); // which remembers for itself
        foreach (var file in Directory.EnumerateFiles(data.Path, "channels.json", SearchOption.AllDirectories))
        {
            var memory = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
            foreach (var group in memory["groups"]!.AsArray())
                group!["channels"]![0]!["id"] = stranger.Id.ToString(CultureInfo.InvariantCulture);
            await File.WriteAllTextAsync(file, memory.ToJsonString());
        }

        var snet = Connect(options => options.DataDirectory = data.Path, signer);
        var call = await Service(snet).CallAsync("add", Numbers.DeepClone().AsObject());

        (await snet.Account.GetFundsAsync()).Channels.ShouldAllBe(funds => funds.Channel.Id != stranger.Id);
        call.Receipt!.ChannelId.ShouldNotBe(stranger.Id);
        call.Receipt.AmountAfter.Cogs.ShouldBe(call.Receipt.ChannelId == own.Id ? 10 : 5);
    }

    [Test]
    public async Task CallAsync_MemoryInventsAChannel_NothingIsSignedUntilTheFileIsMovedAway()
    {
        using var data = new TemporaryFolder();
        var signer = NewSigner();
        var before = await PaidOnceAsync(options => options.DataDirectory = data.Path, signer);
        Sandbox.Chain.Mine(5);
        await before.Channels.ListAsync();
        var file = Directory.EnumerateFiles(data.Path, "channels.json", SearchOption.AllDirectories).Single();
        var memory = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        memory["groups"]![0]!["channels"]![0]!["id"] = "999999";
        await File.WriteAllTextAsync(file, memory.ToJsonString());

        (await Should.ThrowAsync<ChannelStateException>(() => Restarted().CallAsync("add", Numbers.DeepClone().AsObject()))).MoneyMoved.ShouldBe(MoneyMoved.No);
        File.Delete(file);

        (await Restarted().CallAsync("add", Numbers.DeepClone().AsObject())).Receipt!.AmountAfter.Cogs.ShouldBe(10);

        ServiceClient Restarted() => Service(Connect(options => (options.DataDirectory, options.TimeProvider) = (data.Path, new Histories.HastyTime()), signer));
    }

    [Test]
    public async Task CallAsync_ProviderClaimsARefusedCall_OnePriceIsLostAndTheNextCallGoesOn()
    {
        using var copying = new SignatureCopier();
        using var provider = new Histories.Provider(Sandbox);
        var service = await PaidOnceAsync(options => options.DaemonHttpHandler = copying);
        await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("fail", new JsonObject { ["a"] = 3 }));
        var channel = (await service.Channels.ListAsync()).Single();

        var claim = new Histories.Claim(channel.Id, 0, copying.Amount, copying.Signature);
        await provider.FinishAsync(claim, sendBack: false);
        var next = await service.CallAsync("add", Numbers.DeepClone().AsObject());

        claim.Amount.ShouldBe(10); // a call that was paid, and one that was not
        (next.Receipt!.Nonce, next.Receipt.AmountAfter.Cogs).ShouldBe((1, 5));
        (await service.Channels.ListAsync()).Single().Value.Cogs.ShouldBeGreaterThanOrEqualTo(channel.Value.Cogs - 10);
    }

    private async Task<ServiceClient> PaidOnceAsync(Action<SnetClientOptions>? change = null, Snet.Sdk.Accounts.ISigner? signer = null)
    {
        var service = Service(Connect(change, signer));
        await service.CallAsync("add", Numbers.DeepClone().AsObject());
        return Service(Connect(change, service.Client.Options.Signer)); // it knows nothing yet, and has to ask
    }

    private static ChannelStateReply Lie(string lie, ChannelStateReply reply)
    {
        using var stranger = PrivateKey.Parse(TestKeys.Daemon.Key);
        var (nonce, amount) = (BigEndian.Read(reply.CurrentNonce.Span), BigEndian.Read(reply.CurrentSignedAmount.Span));
        switch (lie)
        {
            case "two rounds ahead":
                reply.CurrentNonce = Number(nonce + 2);
                break;
            case "a claim without its total":
                (reply.CurrentNonce, reply.CurrentSignedAmount, reply.CurrentSignature) = (Number(nonce + 1), ByteString.Empty, ByteString.Empty);
                break;
            case "a claim of more than was signed":
                (reply.CurrentNonce, reply.OldNonceSignedAmount, reply.OldNonceSignature) = (Number(nonce + 1), Number(amount + 1), reply.CurrentSignature);
                (reply.CurrentSignedAmount, reply.CurrentSignature) = (ByteString.Empty, ByteString.Empty);
                break;
            case "a round that is over":
                (reply.CurrentNonce, reply.OldNonceSignedAmount, reply.OldNonceSignature) = (Number(nonce + 1), Number(amount), reply.CurrentSignature);
                break; // the total of the old round once more, as if it were of the new one
            default:
                reply.CurrentSignedAmount = Number(amount * 2);
                break;
        }

        return reply;
    }

    private static ByteString Number(BigInteger value) => ByteString.CopyFrom(BigEndian.Write32(value));

    /// <summary>Changes what a daemon says of a channel.</summary>
    private sealed class LyingDaemon(Func<ChannelStateReply, ChannelStateReply> lie) : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsOn { get; set; }

        /// <summary>What the daemon really said last.</summary>
        public ChannelStateReply? Last { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!request.RequestUri!.AbsolutePath.EndsWith("/GetChannelState", StringComparison.Ordinal))
                return response;
            var frame = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            Last = ChannelStateReply.Parser.ParseFrom(frame.AsSpan(5));
            var message = (IsOn ? lie(Last.Clone()) : Last).ToByteArray();
            var content = new ByteArrayContent([0, .. BitConverter.GetBytes(message.Length).Reverse(), .. message]);
            content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
            response.Content = content;
            return response;
        }
    }

    /// <summary>Gives one file with a blank behind it, which every reader would put up with.</summary>
    private sealed class LyingStorage() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly ConcurrentQueue<string> _files = new();

        public IReadOnlyList<string> Files => [.. _files.Distinct().Order(StringComparer.Ordinal)];

        public string? Changed { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _files.Enqueue(request.RequestUri!.Query);
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri.Query == Changed)
                response.Content = new ByteArrayContent([.. await response.Content.ReadAsByteArrayAsync(cancellationToken), (byte)' ']);
            return response;
        }
    }

    /// <summary>Says something else of every channel: nonce, sender, signer, recipient, group, value or expiration.</summary>
    private sealed class LyingNode(EthereumAddress mpe, int word, BigInteger value) : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsOn { get; set; } = true;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            var response = await base.SendAsync(request, cancellationToken);
            var selector = Convert.ToHexStringLower(EscrowContract.Channels.Selector);
            if (!IsOn || !asked.Contains(mpe.ToString()[2..], StringComparison.OrdinalIgnoreCase) || !asked.Contains(selector, StringComparison.OrdinalIgnoreCase))
                return response;
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            response.Content = new StringContent(Raised(text), System.Text.Encoding.UTF8, "application/json");
            return response;
        }

        // Seven words of 64 digits.
        private string Raised(string text)
        {
            var start = text.IndexOf("\"0x", StringComparison.Ordinal) + 3;
            var end = text.IndexOf('"', start);
            return end - start < 7 * 64 ? text : text[..(start + (word * 64))] + value.ToString("x64", CultureInfo.InvariantCulture) + text[(start + ((word + 1) * 64))..];
        }
    }

    /// <summary>Keeps the newest total and its signature, as the service behind the daemon and the provider see them.</summary>
    private sealed class SignatureCopier() : DelegatingHandler(new SocketsHttpHandler())
    {
        public BigInteger Amount { get; private set; }

        public byte[] Signature { get; private set; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Histories.SentPayment.Find(request.Headers, 0, 0) is { } payment)
                (Amount, Signature) = (payment.Amount, payment.Signature);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
