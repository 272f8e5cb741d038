using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>What was paid ahead on one channel and what of it is used, as the client counts it beside the daemon (protocol h.1).</summary>
/// <remarks>
/// A call is counted when it starts and stays used, however it ends; so does the daemon count. What the daemon has used beyond that, or lost of the plan, is
/// missing: another process, a stolen token, a price above the published one. Whoever uses this locks it.
/// </remarks>
internal sealed class PrepaidPlan(BigInteger channelId)
{
    private static readonly TimeSpan UsualLife = TimeSpan.FromDays(1); // the daemon's default
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3650);

    private BigInteger _planned;
    private BigInteger _expected; // planned less used, if nobody else had a hand in it
    private BigInteger _floor; // below zero where calls failed before our time: the daemon gave them back without saying so
    private long _renewAt;

    public BigInteger ChannelId => channelId;

    /// <summary>The headers that draw on it; each call shares them.</summary>
    public GrpcMetadata Headers { get; private set; } = [];

    /// <summary>The claim round and the total that paid for it last.</summary>
    public (BigInteger Nonce, TokenAmount Total) Signed { get; private set; }

    /// <summary>Whether the token is believed to be good.</summary>
    public bool IsGood { get; private set; }

    /// <summary>What is gone and was not used by us, in cogs.</summary>
    public BigInteger Missing { get; private set; }

    /// <summary>What calls can still draw, in cogs.</summary>
    public BigInteger Left => _expected - Missing - _floor;

    /// <summary>Takes the price of a call.</summary>
    /// <returns>False when there is too little, or no good token.</returns>
    public bool TryDraw(TokenAmount price)
    {
        if (!IsGood || Left < price.Cogs)
            return false;
        _expected -= price.Cogs;
        return true;
    }

    /// <summary>Puts the price of a call back that never started.</summary>
    public void GiveBack(TokenAmount price) => _expected += price.Cogs;

    /// <summary>The daemon refuses a token.</summary>
    /// <param name="headers">Those that carried it: it may have been renewed meanwhile.</param>
    public void Reject(GrpcMetadata headers) => IsGood &= headers != Headers;

    /// <summary>The daemon says that all of it is used.</summary>
    /// <param name="headers">Those that carried the token: more may have been paid meanwhile.</param>
    public void Exhaust(GrpcMetadata headers)
    {
        if (headers != Headers)
            return;
        Missing = BigInteger.Max(Missing, _expected - _floor);
        IsGood = false; // so that the daemon is asked what became of it
    }

    /// <summary>The daemon has taken what was paid ahead just now, and gives no token for it.</summary>
    public void Miss(TokenAmount added) =>
        (_expected, _planned, Missing, IsGood) = (_expected + added.Cogs, _planned + added.Cogs, Missing + added.Cogs, false);

    /// <summary>Whether the token is near its end.</summary>
    public bool IsOld(TimeProvider time) => time.GetTimestamp() >= _renewAt;

    /// <summary>Takes the daemon's account, which comes with a token.</summary>
    /// <param name="reply">The account.</param>
    /// <param name="nonce">The claim round.</param>
    /// <param name="total">What is signed in it.</param>
    /// <param name="added">What was paid ahead just now; nothing for a token alone.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ChannelStateException">There is no token in it.</exception>
    public void Take(TokenReply reply, BigInteger nonce, TokenAmount total, TokenAmount added, TimeProvider time)
    {
        if (reply.Token.Length == 0)
            throw new ChannelStateException(channelId, "the daemon gives no token for what was paid ahead");
        var balance = (BigInteger)reply.PlannedAmount - reply.UsedAmount;
        if (Headers.Count == 0)
            (_expected, _floor) = (balance, BigInteger.Min(BigInteger.Zero, balance - added.Cogs));
        else
            _expected += BigInteger.Max(added.Cogs, reply.PlannedAmount - _planned); // another process may have added, too
        Missing = BigInteger.Max(Missing, _expected - balance);
        (_planned, Signed, IsGood) = (reply.PlannedAmount, (nonce, total), true);

        Headers = new GrpcMetadata
        {
            { PaymentHeaders.Type, PaymentHeaders.PrepaidCallType },
            { PaymentHeaders.ChannelId, channelId.ToString(CultureInfo.InvariantCulture) },
        };
        Headers.Add(PaymentHeaders.PrepaidToken, Encoding.UTF8.GetBytes(reply.Token));
        _renewAt = time.GetTimestamp() + (long)(0.9 * LifeOf(reply.Token, time.GetUtcNow()).TotalSeconds * time.TimestampFrequency);
    }

    // Opaque to a client, but for its end, where it is a JSON web token (RFC 7519): two clocks that disagree cost a refused call at most.
    private static TimeSpan LifeOf(string token, DateTimeOffset now)
    {
        try
        {
            var payload = Base64Url.DecodeFromChars(token.Split('.')[1]);
            using var json = JsonDocument.Parse(payload);
            var life = DateTimeOffset.FromUnixTimeSeconds(json.RootElement.GetProperty("exp").GetInt64()) - now;
            return life > TimeSpan.Zero && life < LongestLife ? life : UsualLife;
        }
        catch (Exception e) when (e is IndexOutOfRangeException or FormatException or JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            return UsualLife;
        }
    }
}
