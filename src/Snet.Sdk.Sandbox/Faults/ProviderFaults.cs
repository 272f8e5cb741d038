namespace Snet.Sdk.Sandbox.Faults;

/// <summary>Faults of the provider on order: what the words in a model's name do to one model, these do to the next that comes by.</summary>
public sealed class ProviderFaults
{
    private readonly FaultGate<string> _words = new();

    internal ProviderFaults()
    {
    }

    /// <summary>A training that begins well ends in <c>ERRORED</c>; it is charged all the same. The word <c>fail-train</c>.</summary>
    /// <param name="times">How many trainings; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault FailNextTraining(int times = 1) => Order("fail-train", times);

    /// <summary>A validation that begins well, by upload or by link, ends in <c>ERRORED</c>; it is charged all the same. The word <c>fail-validate</c>.</summary>
    /// <param name="times">How many validations; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault FailNextValidation(int times = 1) => Order("fail-validate", times);

    /// <summary>The provider refuses to train: the call itself fails, and is not charged. The word <c>refuse-train</c>.</summary>
    /// <param name="times">How many trainings; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault RefuseNextTraining(int times = 1) => Order("refuse-train", times);

    /// <summary>An upload is broken off at its first piece of data. The word <c>fail-upload-start</c>.</summary>
    /// <remarks>A short upload that was all sent by then looks to the client as if it had gone well, as with the real daemon (<c>VALIDATING</c> is no proof).</remarks>
    /// <param name="times">How many uploads; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault BreakNextUpload(int times = 1) => Order("fail-upload-start", times);

    /// <summary>The price of a model's validation or training rises by a cog for each quote of it that came before. The word <c>price-rises</c>.</summary>
    /// <param name="times">How many quotes are raised; <see cref="Fault.UntilLifted"/> for all.</param>
    /// <returns>The fault; dispose it to lift it.</returns>
    public Fault RaiseNextPrice(int times = 1) => Order("price-rises", times);

    /// <summary>Whether a fault strikes where the provider looks for a word; it counts.</summary>
    internal bool Strikes(string word) => _words.Take(word).Count > 0;

    private Fault Order(string word, int times) => _words.Add(times, asked => asked == word, (_, way) => way());
}
