using Snet.Sdk.Payments;
using Snet.Sdk.Services;

namespace Snet.Sdk.Tests.Histories;

/// <summary>One process that pays from the account, as often as it was started.</summary>
internal sealed class Actor : IAsyncDisposable
{
    private readonly List<Life> _lives = [];
    private readonly Func<Actor, Life> _start;

    public Actor(int index, Func<Actor, Life> start) => (Index, _start) = (index, start);

    public int Index { get; }

    /// <summary>The process that runs; it starts when it is first needed.</summary>
    public Life Now
    {
        get
        {
            lock (_lives)
            {
                if (_lives.Count == 0)
                    Restart();
                return _lives[^1];
            }
        }
    }

    /// <summary>All that ever ran, oldest first.</summary>
    public IReadOnlyList<Life> Lives => _lives;

    /// <summary>Begins anew, with nothing in memory. The old one is left as it is, as after a crash.</summary>
    public void Restart()
    {
        lock (_lives)
            _lives.Add(_start(this));
    }

    /// <summary>The process that runs ends, as the operating system sees it: its locks are free.</summary>
    public async Task EndAsync()
    {
        if (_lives.Count > 0)
            await _lives[^1].DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var life in _lives)
            await life.DisposeAsync();
    }
}

/// <summary>One run of a process.</summary>
internal sealed class Life(SnetClient client, ServiceClient service, HastyTime time, HttpMessageHandler daemon) : IAsyncDisposable
{
    public SnetClient Client => client;

    public ServiceClient Service => service;

    public HastyTime Time => time;

    /// <summary>Gives the receipts, oldest first.</summary>
    public async Task<List<PaymentReceipt>> ReceiptsAsync() => await client.Account.ListReceiptsAsync().ToListAsync();

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await client.DisposeAsync();
        daemon.Dispose();
    }
}
