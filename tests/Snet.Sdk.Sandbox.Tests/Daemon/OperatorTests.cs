using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Daemon.Operators;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What operators may ask of the daemon (protocol d.5), over the wire.</summary>
internal sealed class OperatorTests
{
    private const string Path = "/configuration_service.ConfigurationService/";
    private static readonly global::Service.Numbers Numbers = new() { A = 1, B = 2 };
    private DaemonUser _user = null!;

    [SetUp]
    public async Task Start() => _user = await DaemonUser.StartAsync(new SandboxOptions
    {
        DaemonConfig = new JsonObject
        {
            ["authentication_addresses"] = new JsonArray(TestKeys.Daemon.Address.ToString()), ["token_secret_key"] = "secret",
        },
    });

    [TearDown]
    public async Task Stop() => await _user.DisposeAsync();

    [Test]
    public async Task StopProcessingRequests_ByOperator_RefusesStreamsUntilTheyAreStartedAgain()
    {
        var stopped = await _user.CallAsync<StatusResponse>(Path + "StopProcessingRequests", Request("_StopProcessingRequests"));
        var refusal = await _user.RefusedAsync("/service.Calculator/add", Numbers, _user.Pay(5));
        await _user.CreateModelAsync(); // what is no stream goes on
        var started = await _user.CallAsync<StatusResponse>(Path + "StartProcessingRequests", Request("_StartProcessingRequests"));
        await _user.CallAsync<global::Service.Result>("/service.Calculator/add", Numbers, _user.Pay(5));

        stopped.CurrentProcessingStatus.ShouldBe(StatusResponse.Types.Status.HasStoppedProcessingRequests);
        (refusal.StatusCode, refusal.Detail).ShouldBe(
            (GrpcStatus.Unavailable, "No requests are currently being processed, please try again later"));
        started.CurrentProcessingStatus.ShouldBe(StatusResponse.Types.Status.RequestInProgress);
    }

    [Test]
    public async Task GetConfiguration_ByOperator_TellsTheSettingsWithoutSecrets()
    {
        var answer = await _user.CallAsync<ConfigurationResponse>(Path + "GetConfiguration", Request("_GetConfiguration"));
        var settings = answer.CurrentConfiguration;

        settings.Keys.ShouldBe(["authentication_addresses"]);
    }

    [TestCase("UpdateConfiguration")]
    [TestCase("IsDaemonProcessingRequests")]
    public async Task Operator_WhatWasNeverFinished_IsRefused(string method)
    {
        var refusal = await _user.RefusedAsync(Path + method, Request("_" + method));

        (refusal.StatusCode, refusal.Detail).ShouldBe((GrpcStatus.Unknown, "work in progress"));
    }

    [Test]
    public async Task Operator_SomebodyElse_IsRefused()
    {
        var refusal = await _user.RefusedAsync(Path + "GetConfiguration", Request("_GetConfiguration", key: TestKeys.Alice));

        (refusal.StatusCode, refusal.Detail)
            .ShouldBe((GrpcStatus.Unknown, $"unauthorized access, {TestKeys.Alice.Address} is not authorized"));
    }

    [Test]
    public async Task Operator_SignatureForAnotherMethod_IsRefused()
    {
        var refusal = await _user.RefusedAsync(Path + "StopProcessingRequests", Request("_GetConfiguration"));

        refusal.Detail.ShouldStartWith("unauthorized access, ");
    }

    [Test]
    public async Task Operator_OldBlock_IsRefusedBeforeTheSignatureIsLookedAt()
    {
        var request = Request("_GetConfiguration");
        request.Auth.Signature = ByteString.Empty;
        _user.Sandbox.Chain.Mine(6);

        (await _user.RefusedAsync(Path + "GetConfiguration", request)).Detail
            .ShouldBe("authentication failed as the signature passed has expired");
        (await _user.RefusedAsync(Path + "GetConfiguration", new EmptyRequest())).Detail
            .ShouldBe("authentication failed as the signature passed has expired");
    }

    private EmptyRequest Request(string message, TestKey? key = null)
    {
        using var signer = PrivateKey.Parse((key ?? TestKeys.Daemon).Key);
        var block = _user.Sandbox.Chain.BlockNumber;
        var signature = signer.SignMessage(SignedMessages.Operator(message, block));
        return new EmptyRequest
        {
            Auth = new CallerAuthentication { CurrentBlock = (ulong)block, Signature = ByteString.CopyFrom(signature) },
        };
    }
}
