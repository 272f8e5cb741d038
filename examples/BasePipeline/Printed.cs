namespace BasePipeline;

/// <summary>Reports at once and in order; <see cref="Progress{T}"/> of a console program would report some time later, on any thread.</summary>
internal sealed class Printed<T>(Action<T> print) : IProgress<T>
{
    public void Report(T value) => print(value);
}
