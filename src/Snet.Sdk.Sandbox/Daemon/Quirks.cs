namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Everything in which the releases of the daemon differ, in one table (protocol d.4, d.5, e.1 to e.7, f.6).</summary>
/// <param name="Name">The release, as the heartbeat gives it.</param>
/// <param name="FreeCallTokens">Whether free calls have today's messages and tokens; before 6.0 <c>GetFreeCallToken</c> does not exist
/// (d.4).</param>
/// <param name="FirstMessageBeforePayment">Whether the first message of a stream is read before its payment is looked at (e.2).</param>
/// <param name="UploadWorks">Whether <c>upload_and_validate</c> gets as far as the provider (f.6).</param>
/// <param name="UploadCancelWedges">Whether an upload that its client gives up leaves the handler looping and the channel locked
/// (e.7).</param>
/// <param name="ResponseHeadersPassOn">Whether response headers of the service reach the client (e.1).</param>
/// <param name="ServiceTimeout">Whether the daemon sets a deadline of its own when the client sent none (e.4).</param>
/// <param name="TrainingMetadataInHeartbeat">Whether the heartbeat tells trainable methods, in an object of their own (d.5).</param>
/// <param name="InvalidRequest">How training errors spell the words <c>invalid request</c> (e.6).</param>
/// <param name="ChannelErrorPrefix">What stands before the reason why a channel cannot be read (e.3 #6).</param>
/// <param name="OtherGroupPrefix">How the message about another group begins (e.3 #6).</param>
internal sealed record Quirks(
    string Name,
    bool FreeCallTokens,
    bool FirstMessageBeforePayment,
    bool UploadWorks,
    bool UploadCancelWedges,
    bool ResponseHeadersPassOn,
    bool ServiceTimeout,
    bool TrainingMetadataInHeartbeat,
    string InvalidRequest,
    string ChannelErrorPrefix,
    string OtherGroupPrefix)
{
    private static readonly Quirks Daemon52 = new(
        "v5.2.1",
        FreeCallTokens: false,
        FirstMessageBeforePayment: false,
        UploadWorks: true,
        UploadCancelWedges: true,
        ResponseHeadersPassOn: true,
        ServiceTimeout: false,
        TrainingMetadataInHeartbeat: false,
        InvalidRequest: "invalud request",
        ChannelErrorPrefix: "payment channel error:",
        OtherGroupPrefix: "Channel received");

    private static readonly Quirks Daemon60 = Daemon52 with
    {
        Name = "v6.0.0",
        FreeCallTokens = true,
        UploadCancelWedges = false,
        ChannelErrorPrefix = "payment channel error: ",
    };

    private static readonly Quirks Daemon62 = Daemon60 with
    {
        Name = "v6.2.3",
        FirstMessageBeforePayment = true,
        UploadWorks = false,
        ResponseHeadersPassOn = false,
        ServiceTimeout = true,
        TrainingMetadataInHeartbeat = true,
        InvalidRequest = "invalid request",
        OtherGroupPrefix = "channel received",
    };

    /// <summary>Gives the row of a release.</summary>
    public static Quirks Of(SandboxDaemonVersion version) => version switch
    {
        SandboxDaemonVersion.V5_2 => Daemon52,
        SandboxDaemonVersion.V6_0 => Daemon60,
        SandboxDaemonVersion.V6_2 => Daemon62,
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "There is no such release of the daemon here."),
    };
}
