using System.Globalization;
using System.Net.Http.Headers;
using System.Numerics;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Tests.Histories;

/// <summary>A signed total as it left a client.</summary>
/// <param name="Number">Its place among all that left, state questions included.</param>
/// <param name="Client">Which client, in which of its lives (<see cref="Books.LifeStep"/>).</param>
/// <param name="For">The user's call that it pays for.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Nonce">The claim round.</param>
/// <param name="Amount">The total of the round, in cogs.</param>
/// <param name="Signature">The account's signature of it.</param>
internal sealed record SentPayment(long Number, int Client, UserCall? For, BigInteger Channel, BigInteger Nonce, BigInteger Amount, byte[] Signature)
{
    private HttpResponseMessage? _response;
    private bool _neverSent;

    /// <summary>Whether calls are paid ahead by it.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Whether neither an answer nor a failure has come yet.</summary>
    public bool IsOnItsWay { get; set; } = true;

    /// <summary>The round.</summary>
    public (BigInteger Channel, BigInteger Nonce) Round => (Channel, Nonce);

    /// <summary>Whether the daemon said no, or never heard of it: nothing can have been taken then.</summary>
    public bool IsRefused => _neverSent || Status is not (null or GrpcStatus.Ok or GrpcStatus.Cancelled or GrpcStatus.DeadlineExceeded);

    /// <summary>Whether its client cannot know the end. A time limit's status is the daemon's or the client's own, so it tells nothing.</summary>
    public bool IsOpen => !_neverSent && Status is null or GrpcStatus.Cancelled or GrpcStatus.DeadlineExceeded;

    private int? Status => _response is null ? null : Read(_response.Headers) ?? Read(_response.TrailingHeaders);

    /// <summary>Reads a payment from the headers of a request; null when there is none of a channel.</summary>
    public static SentPayment? Find(HttpRequestHeaders headers, long number, int client)
    {
        if (!headers.TryGetValues(PaymentHeaders.ChannelAmount, out var amounts))
            return null;
        return new SentPayment(
            number, client, UserCall.Current, Integer(headers.GetValues(PaymentHeaders.ChannelId).Single()),
            Integer(headers.GetValues(PaymentHeaders.ChannelNonce).Single()), Integer(amounts.Single()),
            Bytes(headers.GetValues(PaymentHeaders.ChannelSignature).Single()));
    }

    /// <summary>Reads a payment for calls ahead from the question for their token.</summary>
    public static SentPayment OfPlan(TokenRequest request, long number, int client) =>
        new(number, client, null, request.ChannelId, request.CurrentNonce, request.SignedAmount, request.ClaimSignature.ToByteArray()) { IsPlan = true };

    /// <summary>The daemon began to answer; its status may come behind the answer.</summary>
    public void Answered(HttpResponseMessage response) => _response = response;

    /// <summary>Nothing of it left the machine.</summary>
    public void NeverSent() => _neverSent = true;

    public override string ToString() => $"client {Client % Books.LifeStep} signs {Amount} of channel {Channel} in round {Nonce} for {(IsPlan ? "calls ahead" : For)}";

    private static byte[] Bytes(string text) => GrpcText.TryDecodeBytes(text, out var bytes) ? bytes : throw new FormatException($"'{text}' is no base64.");

    private static BigInteger Integer(string text) => BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static int? Read(HttpResponseHeaders headers) =>
        headers.TryGetValues("grpc-status", out var values) ? int.Parse(values.Single(), NumberStyles.None, CultureInfo.InvariantCulture) : null;
}
