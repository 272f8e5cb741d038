using Snet.Protocol;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Payments;

/// <summary>What is to be paid, and for what.</summary>
internal sealed record PaymentOrder(string OrgId, string ServiceId, string Method, TokenAmount Price)
{
    /// <summary>The model that is trained or used, for the receipt.</summary>
    public string? ModelId { get; init; }

    /// <summary>Whether this is a training step, priced by the provider; otherwise a service call.</summary>
    public bool IsTraining { get; init; }

    /// <summary>Uploads are streams, which take escrow payments with the model's id; the other training steps take only their own type (protocol e.1).</summary>
    public string PaymentType { get; init; } = PaymentHeaders.EscrowType;

    /// <summary>After what time the daemon, which is told of it, gives the call up; null when nobody tells it.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many calls this pays ahead; 0 when it is one call that pays for itself.</summary>
    public int PlannedCalls { get; init; }

    /// <summary>Learns what became of a step that broke off; null for calls whose cancellation asks nobody.</summary>
    public PaidStep? Step { get; init; }

    /// <summary>Why a cheaper way that was tried before did not serve, for the receipt.</summary>
    public string? Note { get; init; }

    /// <summary>What the spending policy has set aside for it.</summary>
    public SpendingReservation? Reservation { get; init; }

    /// <summary>What the user approved, shared by all copies of the order, so that a repeated call asks once.</summary>
    public PaymentApproval Approval { get; } = new();

    /// <summary>The order's place in the queue, shared by all its copies.</summary>
    public QueueTicket Ticket { get; } = new();

    /// <summary>Whether this is an upload, which can take long.</summary>
    public bool IsUpload => IsTraining && PaymentType == PaymentHeaders.EscrowType;

    public string? TrainedModelId => IsTraining ? ModelId : null;
}

/// <summary>The highest price that the user approved for an order.</summary>
internal sealed class PaymentApproval
{
    public TokenAmount? Price { get; set; }
}
