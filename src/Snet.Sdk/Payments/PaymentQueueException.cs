using System.Globalization;

namespace Snet.Sdk.Payments;

/// <summary>Too many calls wait for a payment channel or for their free call, or one waits too long. Nothing was signed.</summary>
/// <remarks>A daemon works on one paid call of a channel, and on one free call of a user, at a time, so calls queue up. <see cref="ChannelFunding.MaxChannels"/> lets more of them go on side by side.</remarks>
public sealed class PaymentQueueException : SnetException
{
    internal PaymentQueueException(string what, int waiting, TimeSpan waited, string limit)
        : base(
            "payment_queue",
            string.Create(CultureInfo.InvariantCulture, $"{waiting} calls wait for a {what}, this one for {waited.TotalSeconds:0.#} s, and ")
            + $"{limit} allows no more. Nothing was signed. Send fewer calls at a time, let {nameof(ChannelFunding)}.{nameof(ChannelFunding.MaxChannels)} be higher, or raise the limit.")
    {
        (Waiting, Waited, IsTransient) = (waiting, waited, true);
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>How many calls wait, this one included.</summary>
    public int Waiting { get; }

    /// <summary>How long this one has waited.</summary>
    public TimeSpan Waited { get; }
}
