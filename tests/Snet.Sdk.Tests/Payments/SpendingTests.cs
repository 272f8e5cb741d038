using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Tests.Training.Datasets;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Limits and receipts as users meet them.</summary>
public sealed class SpendingTests : PlatformTest
{
    private TemporaryFolder _data = null!;

    [SetUp]
    public void MakeFolder() => _data = new TemporaryFolder();

    [TearDown]
    public async Task RemoveFolderAsync()
    {
        await DisposeOwnedAsync(); // clients keep files open
        _data.Dispose();
    }

    [Test]
    public async Task CallAsync_ClientIsMadeAnew_LimitAndReceiptsAreThereAgain()
    {
        var signer = NewSigner();
        var price = (await AddAsync(Service(Limited(signer, new SpendingPolicy())))).Paid;
        var policy = new SpendingPolicy { MaxTotal = price * 3 };
        for (var i = 0; i < 2; i++)
            await AddAsync(Service(Limited(signer, policy)));
        var snet = Limited(signer, policy);

        var error = await Should.ThrowAsync<SpendingLimitException>(() => AddAsync(Service(snet)));

        (error.Limit, error.Allowed, error.Spent, error.Price).ShouldBe(("SpendingPolicy.MaxTotal", price * 3, price * 3, price));
        var receipts = await snet.Account.ListReceiptsAsync().ToListAsync();
        receipts.Select(receipt => receipt.AmountAfter).ShouldBe([price, price * 2, price * 3]);
        receipts.ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task CallAsync_ProcessDiedBeforeTheAnswer_TheNextOneFindsOutAndGoesOn(bool wasTaken)
    {
        var signer = NewSigner();
        using var dying = new DyingHandler();
        var before = Connect(options => (options.DataDirectory, options.DaemonHttpHandler) = (_data["before"], dying), signer);
        var price = (await AddAsync(Service(before))).Paid;
        dying.Begin(sendsFirst: wasTaken);
        var lost = AddAsync(Service(before));
        await dying.Died;
        CopyFiles(_data["before"], _data["after"]);

        var after = Connect(options => options.DataDirectory = _data["after"], signer);
        var call = await AddAsync(Service(after));

        call.Receipt!.AmountBefore.ShouldBe(price * (wasTaken ? 2 : 1));
        (await after.Account.ListReceiptsAsync().ToListAsync()).Select(receipt => receipt.Outcome)
            .ShouldBe([PaymentOutcome.Paid, wasTaken ? PaymentOutcome.Paid : PaymentOutcome.NotCharged, PaymentOutcome.Paid]);
        dying.End();
        await Should.ThrowAsync<SnetException>(() => lost);
    }

    [Test]
    public async Task CallAsync_FiftyAtOnceByTwoClients_StopAtTheLimit()
    {
        var signer = NewSigner();
        var price = (await AddAsync(Service(Limited(signer, new SpendingPolicy())))).Paid;
        SnetClient[] clients = [Limited(signer, new SpendingPolicy { MaxTotal = price * 11 }), Limited(signer, new SpendingPolicy { MaxTotal = price * 11 })];
        ServiceClient[] services = [.. clients.Select(Service)];

        var paid = (await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                return (await AddAsync(services[i % 2])).Paid;
            }
            catch (Exception e) when (e is SpendingLimitException or PaymentRejectedException)
            {
                return TokenAmount.Zero; // refused by the limit, or by the daemon because both paid at once
            }
        }))).Aggregate(TokenAmount.Zero, (sum, amount) => sum + amount);

        paid.ShouldBeInRange(price, price * 10);
        (await clients[0].Account.ListReceiptsAsync().ToListAsync()).Aggregate(TokenAmount.Zero, (sum, receipt) => sum + receipt.Paid).ShouldBe(price + paid);
    }

    [Test]
    public async Task CallAsync_DirectoryCannotBeUsed_NothingIsSigned()
    {
        File.WriteAllText(_data["file"], "");
        var signer = new CountingSigner(NewSigner());
        var snet = Connect(options => options.DataDirectory = _data["file"], signer);

        var error = await Should.ThrowAsync<DataDirectoryException>(() => AddAsync(Service(snet)));

        (error.MoneyMoved, signer.Signatures).ShouldBe((MoneyMoved.No, 0));
    }

    [Test]
    public async Task CallAsync_SomebodyInventsReceipts_NothingIsSignedBecauseOfThem()
    {
        var signer = NewSigner();
        await using (var snet = Limited(signer, new SpendingPolicy()))
            await AddAsync(Service(snet));
        var file = Directory.EnumerateFiles(_data.Path, "receipts-*.jsonl", SearchOption.AllDirectories).Single();
        var signed = (await File.ReadAllLinesAsync(file))[1];
        await File.AppendAllTextAsync(file, signed.Replace("\"signed\":1,", "\"signed\":2,", StringComparison.Ordinal)
            .Replace("\"after\":\"", "\"after\":\"1000000", StringComparison.Ordinal) + "\n");

        var call = await AddAsync(Service(Limited(signer, new SpendingPolicy())));

        (call.Receipt!.AmountBefore, call.Receipt.AmountAfter).ShouldBe((call.Paid, call.Paid * 2));
    }

    [Test]
    public async Task CallAsync_SomebodyDeletesTheFiles_OnlyLimitsOverTimeForget()
    {
        var signer = NewSigner();
        TokenAmount price;
        await using (var snet = Limited(signer, new SpendingPolicy()))
            price = (await AddAsync(Service(snet))).Paid;
        Directory.Delete(_data.Path, recursive: true);

        var call = await AddAsync(Service(Limited(signer, new SpendingPolicy { MaxPerCall = price, MaxTotal = price })));

        call.Receipt!.AmountAfter.ShouldBe(price * 2); // the daemon knows what was signed
        await Should.ThrowAsync<SpendingLimitException>(() => AddAsync(Service(Limited(signer, new SpendingPolicy { MaxPerCall = TokenAmount.Zero }))));
    }

    [Test]
    public async Task CallAsync_UserRefuses_NothingIsSigned()
    {
        PaymentRequest? asked = null;
        var signer = new CountingSigner(NewSigner());
        var policy = new SpendingPolicy { Approval = (request, _) => { asked = request; return ValueTask.FromResult(false); } };
        var snet = Connect(options => options.Spending = policy, signer);

        var error = await Should.ThrowAsync<SpendingLimitException>(() => AddAsync(Service(snet)));

        (error.Limit, signer.Signatures).ShouldBe(("SpendingPolicy.Approval", 0));
        asked.ShouldBe(new PaymentRequest(Platform.OrgId, Platform.ServiceId, asked!.Method, null, error.Price, error.Price));
        asked.Method.ShouldEndWith("/add");
    }

    [Test]
    public async Task CallAsync_CallerGivesUpWhileTheUserThinks_NothingIsSignedOrSetAside()
    {
        var thinking = new TaskCompletionSource();
        var signer = new CountingSigner(NewSigner());
        var policy = new SpendingPolicy
        {
            Approval = async (_, token) => { thinking.TrySetResult(); await Task.Delay(Timeout.Infinite, token); return true; },
        };
        var snet = Connect(options => options.Spending = policy, signer);
        using var giveUp = new CancellationTokenSource();

        var call = Service(snet).CallAsync("add", new JsonObject { ["a"] = 1 }, cancellationToken: giveUp.Token);
        await thinking.Task;
        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
        signer.Signatures.ShouldBe(0);
    }

    [Test]
    public async Task CallAsync_SignerFails_NothingIsSpentAndTheNextCallGoesOn()
    {
        var signer = new CountingSigner(NewSigner());
        var snet = Limited(signer, new SpendingPolicy());
        var price = (await AddAsync(Service(snet))).Paid;
        var limited = Limited(signer, new SpendingPolicy { MaxTotal = price * 2 });
        await AddAsync(Service(snet)); // so that only the payment is left to sign
        signer.IsBroken = true;
        (await Should.ThrowAsync<SignerException>(() => AddAsync(Service(snet)))).InnerException.ShouldBeOfType<TimeoutException>();
        signer.IsBroken = false;

        var error = await Should.ThrowAsync<SpendingLimitException>(() => AddAsync(Service(limited)));
        await AddAsync(Service(snet));

        error.Spent.ShouldBe(price * 2);
        (await snet.Account.ListReceiptsAsync().ToListAsync()).Select(receipt => receipt.Outcome)
            .ShouldBe([PaymentOutcome.Paid, PaymentOutcome.Paid, PaymentOutcome.NotCharged, PaymentOutcome.Paid]);
    }

    [Test]
    public async Task TrainModelAsync_ModelHasHadItsShare_IsRefusedBeforeTheStepIsPaid()
    {
        var snet = Connect(options => options.Spending = new SpendingPolicy { MaxPerModel = TokenAmount.FromCogs(17) });
        var training = Service(snet).Training;
        var model = await training.CreateModelAsync("stt", "x");
        var other = await training.CreateModelAsync("stt", "y");
        foreach (var id in new[] { model.Id, other.Id })
            await training.ValidateModelAsync(id, new Uri("https://data.example/x.zip"), await training.ValidateModelPriceAsync(id, new Uri("https://data.example/x.zip")));
        await training.WaitForStatusAsync(model.Id, ModelStatus.Validated, new WaitOptions { PollInterval = TimeSpan.FromMilliseconds(20) });

        var price = await training.TrainModelPriceAsync(model.Id);
        var error = await Should.ThrowAsync<SpendingLimitException>(() => training.TrainModelAsync(model.Id, price));

        (error.Limit, error.Price).ShouldBe(("SpendingPolicy.MaxPerModel", price));
        (await snet.Account.ListReceiptsAsync().ToListAsync()).Count.ShouldBe(2);
    }

    private SnetClient Limited(ISigner signer, SpendingPolicy policy) => Connect(options => (options.DataDirectory, options.Spending) = (_data.Path, policy), signer);

    private static Task<CallResult<JsonObject>> AddAsync(ServiceClient service) => service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });

    // Locks are empty, and may be held.
    private static void CopyFiles(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*.json*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = File.Create(target);
            source.CopyTo(copy);
        }
    }

    /// <summary>Keeps a paid call from its client, as the end of the process would: before it is sent, or when the daemon has done it.</summary>
    private sealed class DyingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool? _sendsFirst;

        public Task Died => _died.Task;

        public void Begin(bool sendsFirst) => _sendsFirst = sendsFirst;

        public void End() => _end.TrySetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_sendsFirst is not { } sendsFirst)
                return await base.SendAsync(request, cancellationToken);
            if (sendsFirst)
                await (await base.SendAsync(request, cancellationToken)).Content.ReadAsByteArrayAsync(cancellationToken);
            _died.TrySetResult();
            await _end.Task.WaitAsync(cancellationToken);
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The process has ended.");
        }
    }

    /// <summary>Counts what is signed.</summary>
    private sealed class CountingSigner(ISigner inner) : ISigner
    {
        private int _signatures;

        public int Signatures => _signatures;

        public bool IsBroken { get; set; }

        public EthereumAddress Address => inner.Address;

        public ValueTask<byte[]> SignMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _signatures);
            return IsBroken ? throw new TimeoutException("The vault does not answer.") : inner.SignMessageAsync(message, cancellationToken);
        }

        public ValueTask<byte[]> SignTransactionAsync(ReadOnlyMemory<byte> unsignedTransaction, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _signatures);
            return inner.SignTransactionAsync(unsignedTransaction, cancellationToken);
        }
    }
}
