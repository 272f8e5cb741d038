using System.Globalization;

namespace Snet.Sdk.Payments;

/// <summary>Too many calls wait for a payment channel or for their free call, or one waits too long. Nothing was signed.</summary>
/// <remarks>A daemon works on one paid call of a channel, and on one free call of a user, at a time, so calls queue up. <see cref="ChannelFunding.MaxChannels"/> lets more paid ones go on side by side.</remarks>
public sealed class PaymentQueueException : SnetException
{
    private PaymentQueueException(string what, int waiting, TimeSpan waited, string limit, string advice)
        : base(
            "payment_queue",
            string.Create(CultureInfo.InvariantCulture, $"{waiting} calls wait for a {what}, this one for {waited.TotalSeconds:0.#} s, and ")
            + $"{limit} allows no more. Nothing was signed. Send fewer calls at a time, {advice}, or raise the limit.")
    {
        (Waiting, Waited, IsTransient) = (waiting, waited, true);
        MoneyMoved = MoneyMoved.No;
    }

    internal static PaymentQueueException ForChannel(int waiting, TimeSpan waited, string limit) =>
        new("payment channel", waiting, waited, limit, $"let {nameof(ChannelFunding)}.{nameof(ChannelFunding.MaxChannels)} be higher");

    internal static PaymentQueueException ForFreeCall(int waiting, TimeSpan waited, string limit) =>
        new("free call", waiting, waited, limit, $"use {nameof(PaymentMode)}.{nameof(PaymentMode.Automatic)}, which pays for those that cannot wait");

    /// <summary>How many calls wait, this one included.</summary>
    public int Waiting { get; }

    /// <summary>How long this one has waited.</summary>
    public TimeSpan Waited { get; }
}
