using System.Globalization;
using System.Numerics;
using Snet.Grpc;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Services;

/// <summary>Reads what a daemon says (protocol e). Text and code together tell who spoke: a service can itself answer 9, 16 or 1000.</summary>
internal static class DaemonErrors
{
    private const int WrongNonce = 1000;

    /// <summary>A signature over a block number has expired.</summary>
    public static bool IsExpiredSignature(GrpcException e) =>
        e.Detail.Contains("authentication failed as the signature passed has expired", StringComparison.Ordinal);

    /// <summary>The daemon's node has not heard of the channel, or not yet.</summary>
    public static bool IsChannelUnknown(GrpcException e) => Says(e, "payment channel \"") && Says(e, "not found");

    /// <summary>Says what a refused payment means.</summary>
    public static PaymentRefusal ReadRefusal(GrpcException e) => e.StatusCode switch
    {
        WrongNonce when Says(e, "incorrect payment channel nonce") || Says(e, "signed amount for token request") || IsExpiredSignature(e) => PaymentRefusal.OutOfStep,
        GrpcStatus.Unknown when Says(e, "incorrect payment channel nonce") => PaymentRefusal.OutOfStep, // from a proxy that turns unknown codes into 2
        GrpcStatus.Unauthenticated when Says(e, "income ") && Says(e, " does not equal to price ") => PaymentRefusal.WrongIncome,
        GrpcStatus.Unauthenticated when Says(e, "payment channel is near to be expired") => PaymentRefusal.NearExpiration,
        GrpcStatus.Unauthenticated when Says(e, "not enough tokens on payment channel") => PaymentRefusal.NotEnough,
        GrpcStatus.Unauthenticated when Says(e, "payment is not signed by channel signer/sender") || Says(e, "payment signature is not valid")
            => PaymentRefusal.Final,
        GrpcStatus.Unauthenticated when IsChannelUnknown(e) => PaymentRefusal.NotFound,
        GrpcStatus.FailedPrecondition when Says(e, "another transaction on channel: ") => PaymentRefusal.Locked,
        GrpcStatus.Internal when Says(e, "payment channel error") || Says(e, "cannot determine current block")
            || Says(e, "cannot get mutex for channel") || Says(e, "price is not defined for the Method") || Says(e, "no training model found")
            => PaymentRefusal.Final,
        GrpcStatus.InvalidArgument when Says(e, "\"snet-") => PaymentRefusal.Final,
        _ => PaymentRefusal.None,
    };

    /// <summary>Says what a refused free call means (protocol e.3, free-call). What a service might say as well is taken as the service's word.</summary>
    public static PaymentRefusal ReadFreeCallRefusal(GrpcException e) => e.StatusCode switch
    {
        GrpcStatus.FailedPrecondition when Says(e, "another transaction on this user: ") => PaymentRefusal.Locked,
        GrpcStatus.Internal when Says(e, "internal error: free call limit has been exceeded") => PaymentRefusal.NotEnough,
        GrpcStatus.Internal when Says(e, "internal error: ") && (IsExpiredSignature(e) || IsBadFreeCallToken(e)) => PaymentRefusal.OutOfStep,
        GrpcStatus.Unauthenticated when IsBadFreeCallToken(e) => PaymentRefusal.OutOfStep,
        GrpcStatus.Unauthenticated when Says(e, "payment signature is not valid") => PaymentRefusal.Final, // daemons before 6.0
        GrpcStatus.InvalidArgument when Says(e, "\"snet-") || Says(e, "invalid token: ") => PaymentRefusal.Final,
        _ => PaymentRefusal.None,
    };

    /// <summary>Says what a refused prepaid call means (protocol e.3, prepaid-call).</summary>
    public static PaymentRefusal ReadPrepaidRefusal(GrpcException e) => e.StatusCode switch
    {
        GrpcStatus.Internal when Says(e, "internal error: Usage Exceeded on channel Id") => PaymentRefusal.NotEnough,
        GrpcStatus.Internal when Says(e, "internal error: token is malformed") || Says(e, "internal error: token is unverifiable")
            || Says(e, "internal error: token signature is invalid") || Says(e, "internal error: token has invalid claims")
            || Says(e, "used to generate the Token doesnt match") || Says(e, "is not associated with this Daemon") => PaymentRefusal.OutOfStep,
        GrpcStatus.Internal when Says(e, "price is not defined for the Method") => PaymentRefusal.Final,
        GrpcStatus.InvalidArgument when Says(e, "\"snet-") => PaymentRefusal.Final,
        _ => PaymentRefusal.None,
    };

    /// <summary>Gives a refused plan the status that a refused payment has: the daemon says all of it with UNKNOWN (protocol e.5, GetToken).</summary>
    public static GrpcException OfPlan(GrpcException e)
    {
        int? status = e.StatusCode != GrpcStatus.Unknown ? null
            : Says(e, "signed amount for token request") || Says(e, "incorrect payment channel nonce") || IsExpiredSignature(e) ? WrongNonce
            : Says(e, "another transaction on channel: ") ? GrpcStatus.FailedPrecondition
            : Says(e, "cannot determine current block") ? GrpcStatus.Internal
            : Says(e, "payment") ? GrpcStatus.Unauthenticated
            : null;
        return status is { } known ? new GrpcException(known, e.Detail, e.Trailers, e) : e;
    }

    /// <summary>A free-call token has expired, or was never one of this daemon's.</summary>
    public static bool IsBadFreeCallToken(GrpcException e) => Says(e, "the Free Call Token passed has expired") || Says(e, "sign is not valid");

    /// <summary>The daemon cannot reach its node just now.</summary>
    public static bool IsWithoutNode(GrpcException e) => Says(e, "error determining current block");

    /// <summary>Reads the price that a daemon wants out of its refusal (protocol e.3 #16); null when it names none.</summary>
    public static TokenAmount? ReadPrice(GrpcException e)
    {
        const string Mark = " does not equal to price ";
        var at = e.Detail.LastIndexOf(Mark, StringComparison.Ordinal);
        return at >= 0 && BigInteger.TryParse(e.Detail.AsSpan(at + Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var cogs)
            ? TokenAmount.FromCogs(cogs)
            : null;
    }

    /// <summary>The daemon's own word that it is overloaded or stopped; refused before the payment was looked at (protocol e.2).</summary>
    public static bool IsBusy(GrpcException e) =>
        (e.StatusCode == GrpcStatus.ResourceExhausted && Says(e, "rate limiting")) || (e.StatusCode == GrpcStatus.Unavailable && Says(e, "No requests are currently being processed"));

    /// <summary>Whether the end of a paid call leaves open if it was charged: it was cancelled, timed out or cut off.</summary>
    public static bool IsFateUnknown(GrpcException e) =>
        (e.IsTransport && !DaemonConnection.IsNotSent(e)) || e.StatusCode is GrpcStatus.Cancelled or GrpcStatus.DeadlineExceeded;

    /// <summary>Says who ended a call.</summary>
    public static CallOrigin OriginOf(GrpcException e)
    {
        if (e.IsTransport)
            return CallOrigin.Transport;
        var daemonSpeaks = IsBusy(e) || IsExpiredSignature(e) || ReadRefusal(e) != PaymentRefusal.None || Says(e, "WrapperServerStream")
            || Says(e, "can't connect to service") || Says(e, "error reading from server") || Says(e, "grpc: received message larger than max")
            || Says(e, "internal error: ") || Says(e, "unable to store new payment channel state");
        return daemonSpeaks ? CallOrigin.Daemon : CallOrigin.Service;
    }

    private static bool Says(GrpcException e, string text) => e.Detail.Contains(text, StringComparison.Ordinal);
}
