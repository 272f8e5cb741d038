using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Grpc;
using Snet.Protocol;
using Training;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Requests that end or wedge the real daemon (protocol e.7): each ends in a failure that names the rule.</summary>
internal sealed class ViolationTests
{
    private const string UploadPath = "/training.Daemon/upload_and_validate", TrainPath = "/training.Daemon/train_model";
    private static readonly global::Service.Numbers Numbers = new() { A = 1, B = 2 };
    private static readonly SandboxDaemonVersion[] All = [SandboxDaemonVersion.V5_2, SandboxDaemonVersion.V6_0, SandboxDaemonVersion.V6_2];
    private static readonly SandboxDaemonVersion[] Old = [SandboxDaemonVersion.V5_2, SandboxDaemonVersion.V6_0];

    [TestCaseSource(nameof(All))]
    public async Task GetMethodMetadata_UnknownModel_EndsTheProcess(SandboxDaemonVersion version)
    {
        var user = await StartAsync(version);

        var refusal = await user.RefusedAsync("/training.Daemon/get_method_metadata", new MethodMetadataRequest { ModelId = "none" });

        await EndedAsync(user, refusal, "get_method_metadata");
    }

    [TestCaseSource(nameof(All))]
    public async Task CreateModel_WithoutModel_EndsTheProcess(SandboxDaemonVersion version)
    {
        var user = await StartAsync(version);

        var refusal = await user.RefusedAsync(
            "/training.Daemon/create_model", new NewModelRequest { Authorization = user.Authorize("create_model") });

        await EndedAsync(user, refusal, "create_model");
    }

    [Test]
    public async Task CreateModel_WithoutModelAndBadAuthorization_IsRefusedHarmlessly()
    {
        await using var user = await StartAsync(SandboxDaemonVersion.V6_2);

        var refusal = await user.RefusedAsync(
            "/training.Daemon/create_model", new NewModelRequest { Authorization = user.Authorize("get_model") });

        refusal.Detail.ShouldBe("invalid request: bad authorization provided");
    }

    [TestCase(2UL, 9223372036854775807UL)]
    [TestCase(1UL << 62, 2UL)]
    [TestCase(3UL, 1UL << 62)]
    public async Task GetAllModels_PageTimesSizePasses63Bits_EndsTheProcess(ulong page, ulong size)
    {
        var user = await StartAsync(SandboxDaemonVersion.V6_2);

        var refusal = await user.RefusedAsync("/training.Daemon/get_all_models", List(user, page, size));

        await EndedAsync(user, refusal, "get_all_models");
    }

    [Test]
    public async Task GetAllModels_ProductWrapsToZero_ShowsTheFirstPage()
    {
        await using var user = await StartAsync(SandboxDaemonVersion.V6_2);
        var model = await user.CreateModelAsync();

        var page = await user.CallAsync<ModelsResponse>("/training.Daemon/get_all_models", List(user, 1UL << 62, 4));

        page.ListOfModels.ShouldHaveSingleItem().ModelId.ShouldBe(model);
    }

    [Test]
    public async Task TrainModel_PaidForNoModel_EndsTheProcess(
        [ValueSource(nameof(All))] SandboxDaemonVersion version, [Values("none", "")] string model)
    {
        var user = await StartAsync(version);

        var refusal = await user.RefusedAsync(TrainPath, new CommonRequest(), user.Pay(11, PaymentHeaders.TrainCallType, model));

        await EndedAsync(user, refusal, TrainPath);
    }

    [Test]
    public async Task TrainModel_ForNoModelWithWrongNonce_IsRefusedHarmlessly()
    {
        await using var user = await StartAsync(SandboxDaemonVersion.V6_2);

        var refusal = await user.RefusedAsync(TrainPath, new CommonRequest(), user.Pay(11, PaymentHeaders.TrainCallType, "none", nonce: 1));

        refusal.StatusCode.ShouldBe(DaemonRefusals.IncorrectNonce);
    }

    [Test]
    public async Task TrainModel_PaidWhileTrainingIsOff_EndsTheProcess()
    {
        var user = await StartAsync(SandboxDaemonVersion.V6_2, new JsonObject { ["model_training_enabled"] = false });

        var refusal = await user.RefusedAsync(TrainPath, new CommonRequest(), user.Pay(0, PaymentHeaders.TrainCallType, "model"));

        await EndedAsync(user, refusal, TrainPath);
    }

    [TestCaseSource(nameof(All))]
    public async Task Upload_PaidForNoModel_EndsTheProcess(SandboxDaemonVersion version)
    {
        var user = await StartAsync(version);

        var refusal = await UploadAsync(user, "none", user.Chunk("none"));

        await EndedAsync(user, refusal, UploadPath);
    }

    [TestCaseSource(nameof(Old))]
    public async Task Upload_MessageWithoutInput_EndsTheProcess(SandboxDaemonVersion version)
    {
        var user = await StartAsync(version);
        var model = await user.CreateModelAsync();

        var refusal = await UploadAsync(user, model, new UploadAndValidateRequest().ToByteArray());

        await EndedAsync(user, refusal, "without upload_input");
    }

    [TestCaseSource(nameof(Old))]
    public async Task Upload_WithoutMessages_EndsTheProcess(SandboxDaemonVersion version)
    {
        var user = await StartAsync(version);
        var model = await user.CreateModelAsync();

        var refusal = await UploadAsync(user, model);

        await EndedAsync(user, refusal, "without any message");
    }

    [TestCaseSource(nameof(Old))]
    public async Task Upload_OneChunkWithDynamicPricing_EndsTheProcess(SandboxDaemonVersion version)
    {
        var user = await StartAsync(version, new JsonObject { ["enable_dynamic_pricing"] = true });
        var model = await user.CreateModelAsync();

        var refusal = await UploadAsync(user, model, user.Chunk(model));

        await EndedAsync(user, refusal, "without any message");
    }

    [Test]
    public async Task Upload_MessageAboveTheLimitOn52_EndsTheProcess()
    {
        var user = await StartAsync(SandboxDaemonVersion.V5_2);
        var model = await user.CreateModelAsync();

        var refusal = await UploadAsync(user, model, user.Chunk(model, 5 * 1024 * 1024));

        await EndedAsync(user, refusal, "above the limit");
    }

    [Test]
    public async Task Upload_CancelledOn52_LocksTheChannelForGood()
    {
        var user = await StartAsync(SandboxDaemonVersion.V5_2);
        var model = await user.CreateModelAsync();
        using var cancellation = new CancellationTokenSource();
        await using (var call = user.Start(UploadPath, user.Pay(0, model: model), cancellation.Token))
        {
            await call.WriteAsync(user.Chunk(model));
            await UntilAsync(() => Uploads(user, model).Count == 1);
            await cancellation.CancelAsync();
            await UntilAsync(() => user.Sandbox.Daemon.Violations.Count == 1);
        }

        var refusal = await user.RefusedAsync("/service.Calculator/add", Numbers, user.Pay(5));

        refusal.Detail.ShouldStartWith("another transaction on channel: {ID: ");
        (await Should.ThrowAsync<SandboxViolationException>(async () => await user.DisposeAsync())).Message.ShouldContain("gave up");
    }

    [Test]
    public async Task Upload_CancelledOn60_FreesTheChannelAndLeavesTheProviderWaiting()
    {
        await using var user = await StartAsync(SandboxDaemonVersion.V6_0);
        var model = await user.CreateModelAsync();
        using var cancellation = new CancellationTokenSource();
        await using (var call = user.Start(UploadPath, user.Pay(0, model: model), cancellation.Token))
        {
            await call.WriteAsync(user.Chunk(model));
            await UntilAsync(() => Uploads(user, model).Count == 1);
            await cancellation.CancelAsync();
        }

        await UntilAsync(async () => await CanAddAsync(user));

        Uploads(user, model)[0]!["end"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Test]
    public async Task EscrowCall_FixedPriceWithoutPrice_EndsTheProcess()
    {
        var options = new SandboxOptions
        {
            DaemonVersion = SandboxDaemonVersion.V6_2,
            Group = new JsonObject { ["pricing"] = new JsonArray(new JsonObject { ["price_model"] = "fixed_price", ["default"] = true }) },
        };
        var user = await DaemonUser.StartAsync(options);

        var refusal = await user.RefusedAsync("/service.Calculator/add", Numbers, user.Pay(5));

        await EndedAsync(user, refusal, "price_in_cogs");
    }

    [Test]
    public async Task EscrowCall_DynamicPriceOfUnreachableService_EndsTheProcess()
    {
        var options = new SandboxOptions
        {
            DaemonVersion = SandboxDaemonVersion.V6_2, DynamicPricing = true,
            DaemonConfig = new JsonObject { ["enable_dynamic_pricing"] = true, ["service_endpoint"] = "http://127.0.0.1:9" },
        };
        var user = await DaemonUser.StartAsync(options);

        var refusal = await user.RefusedAsync("/service.Priced/work", Numbers, user.Pay(3));

        await EndedAsync(user, refusal, "/service.Priced/work");
    }

    [Test]
    public async Task PrepaidCall_NonsenseTokenAndDynamicPriceOfUnreachableService_EndsTheProcess()
    {
        var options = new SandboxOptions
        {
            DaemonVersion = SandboxDaemonVersion.V6_2, DynamicPricing = true,
            DaemonConfig = new JsonObject { ["enable_dynamic_pricing"] = true, ["service_endpoint"] = "http://127.0.0.1:9" },
        };
        var user = await DaemonUser.StartAsync(options);
        var headers = new GrpcMetadata { { PaymentHeaders.Type, PaymentHeaders.PrepaidCallType }, { PaymentHeaders.ChannelId, "0" } };
        headers.Add(PaymentHeaders.PrepaidToken, "nonsense"u8);

        var refusal = await user.RefusedAsync("/service.Priced/work", Numbers, headers);

        await EndedAsync(user, refusal, "/service.Priced/work");
    }

    private static Task<DaemonUser> StartAsync(SandboxDaemonVersion version, JsonObject? config = null) =>
        DaemonUser.StartAsync(new SandboxOptions { DaemonVersion = version, DaemonConfig = config ?? [] });

    private static AllModelsRequest List(DaemonUser user, ulong page, ulong size) =>
        new() { Authorization = user.Authorize("get_all_models"), Page = page, PageSize = size, IsPublic = false };

    private static async Task<GrpcException> UploadAsync(DaemonUser user, string model, params byte[][] messages)
    {
        await using var call = user.Start(UploadPath, user.Pay(0, model: model));
        foreach (var message in messages)
            await call.WriteAsync(message);
        await call.CompleteAsync();
        return await Should.ThrowAsync<GrpcException>(() => call.ReadSingleAsync());
    }

    private static JsonArray Uploads(DaemonUser user, string model) => user.Sandbox.Provider.Describe(model)!["uploads"]!.AsArray();

    private static async Task<bool> CanAddAsync(DaemonUser user)
    {
        try
        {
            await user.CallAsync<global::Service.Result>("/service.Calculator/add", Numbers, user.Pay(5));
            return true;
        }
        catch (GrpcException e) when (e.StatusCode == GrpcStatus.FailedPrecondition)
        {
            return false;
        }
    }

    // The call itself, every later one, and the end of the sandbox tell of it.
    private static async Task EndedAsync(DaemonUser user, GrpcException refusal, string rule)
    {
        refusal.StatusCode.ShouldBe(GrpcStatus.Unavailable);
        (await user.RefusedAsync("/training.Daemon/get_training_metadata", new CommonRequest())).StatusCode
            .ShouldBe(GrpcStatus.Unavailable);
        user.Sandbox.Daemon.Violations.ShouldHaveSingleItem().Message.ShouldContain(rule);
        await Should.ThrowAsync<SandboxViolationException>(async () => await user.DisposeAsync());
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await condition())
            await Task.Delay(10, patience.Token);
    }
}
