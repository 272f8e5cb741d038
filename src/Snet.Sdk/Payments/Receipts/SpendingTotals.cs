using System.Runtime.InteropServices;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>What was spent: in all, on each day, for each model. What may still be taken counts as spent.</summary>
internal sealed class SpendingTotals
{
    private const int MaxDays = 31; // older ones decide nothing any more

    private readonly Dictionary<DateOnly, TokenAmount> _days = [];
    private readonly Dictionary<ModelKey, TokenAmount> _models = [];

    /// <summary>What was spent in all.</summary>
    public TokenAmount All { get; private set; }

    public IEnumerable<KeyValuePair<DateOnly, TokenAmount>> Days => _days.OrderBy(day => day.Key);

    public IReadOnlyDictionary<ModelKey, TokenAmount> Models => _models;

    public TokenAmount On(DateOnly day) => _days.GetValueOrDefault(day);

    public TokenAmount For(ModelKey? model) => model is { } key ? _models.GetValueOrDefault(key) : TokenAmount.Zero;

    public void Add(Spending spending)
    {
        All += spending.Amount;
        if (!spending.Amount.IsZero)
            AddDay(spending.Day, spending.Amount);
        if (spending.Model is { } model)
            AddModel(model, spending.Amount + spending.Drawn);
    }

    /// <exception cref="OverflowException">More is given back than was spent, which only a file that was tampered with can want.</exception>
    public void GiveBack(Spending spending)
    {
        All -= spending.Amount;
        if (_days.TryGetValue(spending.Day, out var day))
            _days[spending.Day] = day - spending.Amount;
        if (spending.Model is { } model)
            _models[model] = For(model) - spending.Amount - spending.Drawn;
    }

    public void Restore(TokenAmount all) => All = all;

    public void AddDay(DateOnly day, TokenAmount amount)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_days, day, out var known) += amount;
        if (!known && _days.Count > MaxDays)
            _days.Remove(_days.Keys.Min());
    }

    public void AddModel(ModelKey model, TokenAmount amount) => CollectionsMarshal.GetValueRefOrAddDefault(_models, model, out _) += amount;
}

/// <summary>An amount that one payment spends, with what it counts for.</summary>
/// <param name="Day">The day in UTC on which it was signed.</param>
/// <param name="Model">The model that it is for; null for none.</param>
/// <param name="Amount">How much is signed for it.</param>
/// <param name="Drawn">What it takes of what was paid ahead: that was spent when it was paid, and for no model yet.</param>
internal readonly record struct Spending(DateOnly Day, ModelKey? Model, TokenAmount Amount, TokenAmount Drawn)
{
    public static Spending Of(PaymentReceipt receipt) =>
        new(DayOf(receipt.Time), ModelKey.Of(receipt.OrgId, receipt.ServiceId, receipt.ModelId), receipt.Price, receipt.Drawn);

    public static Spending Of(PaymentOrder order, DateTimeOffset now) =>
        new(DayOf(now), ModelKey.Of(order.OrgId, order.ServiceId, order.ModelId), order.Price, TokenAmount.Zero);

    private static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);
}

/// <summary>A model: its id is the provider's own, so it means something only together with the service.</summary>
internal readonly record struct ModelKey(string OrgId, string ServiceId, string ModelId)
{
    public static ModelKey? Of(string orgId, string serviceId, string? modelId) => modelId is null ? null : new ModelKey(orgId, serviceId, modelId);
}
