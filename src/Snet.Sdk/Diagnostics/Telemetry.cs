using System.Diagnostics;
using System.Diagnostics.Metrics;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Diagnostics;

/// <summary>What is measured and traced of paid calls. Nothing of a payment but its price is told.</summary>
/// <seealso href="https://opentelemetry.io/docs/specs/semconv/rpc/">OpenTelemetry's conventions for RPC</seealso>
internal static class Telemetry
{
    private static readonly ActivitySource Activities = new(SnetDiagnostics.Name);
    private static readonly Meter Meter = new(SnetDiagnostics.Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("rpc.client.call.duration", "s", "How long calls take.");
    private static readonly Counter<long> Paid = Meter.CreateCounter<long>("snet.client.calls.paid", "{call}", "Calls that were paid.");
    private static readonly Counter<double> Amount = Meter.CreateCounter<double>("snet.client.payment.amount", "{cog}", "What paid calls cost.");

    private static readonly Histogram<double> QueueTime = Meter.CreateHistogram<double>("snet.client.queue.time", "s", "How long calls wait for a payment channel or their free call.");
    private static readonly UpDownCounter<long> QueueLength = Meter.CreateUpDownCounter<long>("snet.client.queue.length", "{call}", "Calls that wait for a payment channel or their free call.");

    /// <summary>A call has a channel now, or has given up waiting for one.</summary>
    public static void Queued(PaymentOrder order, TimeSpan waited)
    {
        if (QueueTime.Enabled)
            QueueTime.Record(waited.TotalSeconds, QueueTags(order));
    }

    /// <summary>A call begins or ends to wait for a channel.</summary>
    /// <param name="order">What is paid.</param>
    /// <param name="change">1 or -1.</param>
    public static void Queue(PaymentOrder order, int change)
    {
        if (QueueLength.Enabled)
            QueueLength.Add(change, QueueTags(order));
    }

    /// <summary>Begins to watch a call; disposing the result ends it.</summary>
    public static CallWatch StartCall(PaymentOrder order, TimeProvider time) => new(order, time);

    private static TagList QueueTags(PaymentOrder order) => new() { { "snet.organization.id", order.OrgId }, { "snet.service.id", order.ServiceId } };

    /// <summary>One call that is watched. It failed unless <see cref="Succeed"/> was called.</summary>
    internal sealed class CallWatch : IDisposable
    {
        private readonly TimeProvider _time;
        private readonly long _started;
        private readonly TagList _tags;
        private readonly Activity? _activity;
        private string? _error = "canceled";

        public CallWatch(PaymentOrder order, TimeProvider time)
        {
            (_time, _started) = (time, time.GetTimestamp());
            _tags = new TagList
            {
                { "rpc.system", "grpc" }, { "rpc.method", order.Method.TrimStart('/') },
                { "snet.organization.id", order.OrgId }, { "snet.service.id", order.ServiceId },
            };
            _activity = Activities.StartActivity(order.Method.TrimStart('/'), ActivityKind.Client, default(ActivityContext), _tags);
        }

        /// <summary>The call succeeded; a free one is not counted among the paid.</summary>
        public void Succeed(PaymentReceipt receipt)
        {
            _error = null;
            if (receipt.Mode == PaymentMode.Free)
                return;
            Paid.Add(1, _tags);
            Amount.Add((double)receipt.Cost.Cogs, _tags);
        }

        /// <summary>The call failed.</summary>
        public void Fail(SnetException error) => Fail(error.Code);

        /// <summary>The call failed.</summary>
        /// <param name="code">The error's <see cref="SnetException.Code"/>.</param>
        public void Fail(string code) => _error = code;

        public void Dispose()
        {
            var tags = _tags;
            if (_error is not null)
            {
                tags.Add("error.type", _error);
                _activity?.SetTag("error.type", _error).SetStatus(ActivityStatusCode.Error);
            }

            Duration.Record(_time.GetElapsedTime(_started).TotalSeconds, tags);
            _activity?.Dispose();
        }
    }
}
