using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What the daemon answers to plain HTTP on its port: heartbeat and encoding (protocol d.5).</summary>
/// <param name="parts">The daemon.</param>
/// <param name="probe">Tells whether the service is there.</param>
/// <param name="training">What can be trained; null when training is off.</param>
internal sealed class HttpPages(DaemonParts parts, ServiceProbe probe, global::Training.TrainingMetadata? training)
{
    /// <summary>Answers one request. Only the first segment of the path counts.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var page = (context.Request.Path.Value ?? "").Split('/').ElementAtOrDefault(1);
        switch (page)
        {
            case "heartbeat":
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(
                    (await HeartbeatAsync(context.RequestAborted).ConfigureAwait(false)).ToJsonString() + "\n", context.RequestAborted)
                    .ConfigureAwait(false);
                break;
            case "encoding":
                await context.Response.WriteAsync(parts.Metadata.Encoding + "\n", context.RequestAborted).ConfigureAwait(false);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                await context.Response.WriteAsync("404 page not found\n", context.RequestAborted).ConfigureAwait(false);
                break;
        }
    }

    private async Task<JsonObject> HeartbeatAsync(CancellationToken cancellationToken)
    {
        var reachable = await probe.IsReachableAsync(cancellationToken).ConfigureAwait(false);
        var service = new JsonObject { ["serviceID"] = parts.Settings.ServiceId, ["status"] = reachable ? "SERVING" : "NOT_SERVING" };
        var heartbeat = new JsonObject
        {
            ["daemonID"] = DaemonId(),
            ["timestamp"] = parts.Settings.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["status"] = reachable ? "Online" : "Offline",
            ["serviceheartbeat"] = service.ToJsonString(),
            ["daemonVersion"] = parts.Quirks.Name,
            ["blockchainEnabled"] = parts.Configuration.BlockchainEnabled,
            ["blockchainNetwork"] = Network(parts.Settings.ChainId),
            ["storageClientCertDetails"] = new JsonObject { ["validFrom"] = "", ["validTill"] = "" },
        };
        if (!parts.Quirks.TrainingMetadataInHeartbeat)
            AddOldTraining(heartbeat);
        else if (training is not null)
            heartbeat["trainingMetadata"] = DescribeTraining(training);
        return heartbeat;
    }

    // A name that stays the same for one place.
    private string DaemonId() => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(parts.Settings.OrgId + parts.Settings.ServiceId + parts.Metadata.GroupIdText)));

    private static string Network(long chainId) => chainId switch
    {
        1 => "main",
        11155111 => "sepolia",
        _ => chainId.ToString(CultureInfo.InvariantCulture),
    };

    // The last two were never filled there.
    private void AddOldTraining(JsonObject heartbeat)
    {
        heartbeat["trainingEnabled"] = training is not null;
        heartbeat["trainingInProto"] = false;
        heartbeat["trainingMethods"] = new JsonObject();
    }

    private static JsonObject DescribeTraining(global::Training.TrainingMetadata training) => new()
    {
        ["trainingEnabled"] = training.TrainingEnabled,
        ["trainingInProto"] = training.TrainingInProto,
        ["trainingMethods"] = new JsonObject(training.TrainingMethods.Select(service => KeyValuePair.Create(
            service.Key, (JsonNode?)new JsonArray([.. service.Value.Values.Select(method => (JsonNode?)method.StringValue)])))),
    };
}
