using Snet.Sdk.Discovery;

namespace Snet.Sdk.Services;

/// <summary>Reads a service's definition when it is first needed, once for all who wait, and again after a failure or on demand.</summary>
internal sealed class ServiceSource(Func<CancellationToken, Task<ServiceDefinition>> load)
{
    private readonly Lock _lock = new();
    private Task<ServiceDefinition>? _loading;

    /// <summary>Gives the definition.</summary>
    /// <exception cref="MetadataException">It is missing or broken.</exception>
    public async Task<ServiceDefinition> GetAsync(CancellationToken cancellationToken)
    {
        Task<ServiceDefinition> loading;
        lock (_lock)
        {
            if (_loading is null or { IsCompleted: true, IsCompletedSuccessfully: false })
                _loading = load(CancellationToken.None); // shared: the end of one caller must not end it for the others
            loading = _loading;
        }

        return await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads it again, because it was changed in the registry.</summary>
    public Task<ServiceDefinition> ReloadAsync(CancellationToken cancellationToken)
    {
        Forget();
        return GetAsync(cancellationToken);
    }

    /// <summary>Has it read again for the next who needs it.</summary>
    public void Forget()
    {
        lock (_lock)
            _loading = null;
    }
}
