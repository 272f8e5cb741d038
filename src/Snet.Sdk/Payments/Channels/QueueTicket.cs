namespace Snet.Sdk.Payments.Channels;

/// <summary>An order's place in the queue for a channel. All copies of the order share it, so a repeated call keeps its place.</summary>
internal sealed class QueueTicket
{
    private List<ChannelSession>? _passedOver;

    /// <summary>The order's number, from 1; 0 before it has come to a queue. The queue alone sets it.</summary>
    public long Number { get; set; }

    /// <summary>Whether a channel was opened for this order.</summary>
    public bool HasOpened { get; set; }

    /// <summary>Why channels were passed over.</summary>
    public SnetException? Problem { get; private set; }

    /// <summary>Whether another channel may be opened in place of those that were passed over. A node that lags is no reason: that passes.</summary>
    public bool MayOpen { get; private set; } = true;

    /// <summary>Lets the order be paid from another channel than this.</summary>
    public void PassOver(ChannelSession session, ChannelStateException problem)
    {
        (Problem, MayOpen) = (problem, MayOpen && !problem.IsLag);
        (_passedOver ??= []).Add(session);
    }

    public bool HasPassedOver(ChannelSession session) => _passedOver?.Contains(session) == true;

    /// <summary>Makes channels that were passed over eligible again.</summary>
    public void LookAgain() => (_passedOver, MayOpen) = (null, true);
}
