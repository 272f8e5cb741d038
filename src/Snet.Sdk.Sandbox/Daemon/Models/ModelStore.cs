namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>The daemon's models and, beside them, lists of model ids: for each address, for the public, and for those whose status is still
/// changing.</summary>
/// <remarks>Who may read a model is decided by these lists and not by the model's own addresses; the lists only ever grow a little wrong
/// (protocol f.4).</remarks>
internal sealed class ModelStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TrainingModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _byAddress = new(StringComparer.Ordinal);
    private readonly List<string> _public = [];
    private readonly List<string> _pending = [];

    /// <summary>Gives a model, or null.</summary>
    public TrainingModel? Find(string id)
    {
        lock (_lock)
            return _models.GetValueOrDefault(id);
    }

    /// <summary>Writes a whole record; whatever was written since the caller read it is lost.</summary>
    public void Put(TrainingModel model)
    {
        lock (_lock)
            _models[model.Id] = model;
    }

    /// <summary>Changes the record that is stored now.</summary>
    /// <returns>The new record; null when there is no such model.</returns>
    public TrainingModel? Change(string id, Func<TrainingModel, TrainingModel> change)
    {
        lock (_lock)
            return _models.TryGetValue(id, out var model) ? _models[id] = change(model) : null;
    }

    /// <summary>Stores a new model and lists it once for each of its addresses: twice for an address that is given twice.</summary>
    public void Create(TrainingModel model)
    {
        lock (_lock)
        {
            _models[model.Id] = model;
            foreach (var address in model.Addresses)
                ListOf(address).Add(model.Id);
            if (model.IsPublic && !_public.Contains(model.Id))
                _public.Add(model.Id);
        }
    }

    /// <summary>Stores a model with new addresses and brings the lists up to date as the daemon does: off by one.</summary>
    /// <param name="model">The new record.</param>
    /// <param name="oldAddresses">Those before the update.</param>
    /// <param name="sentAddresses">Those of the request; empty when it changes none, and then all old ones count as removed.</param>
    public void Update(TrainingModel model, IReadOnlyList<string> oldAddresses, IReadOnlyList<string> sentAddresses)
    {
        lock (_lock)
        {
            _models[model.Id] = model;
            // The comparison is by letter case, the choice between added and removed is not.
            string[] differing =
            [
                .. oldAddresses.Where(address => !sentAddresses.Contains(address)),
                .. sentAddresses.Where(address => !oldAddresses.Contains(address)),
            ];
            foreach (var address in differing)
            {
                var list = ListOf(address);
                list.Add(model.Id); // too much in either case
                if (sentAddresses.Contains(address, StringComparer.OrdinalIgnoreCase))
                    list.Add(model.Id);
                else
                    list.Remove(model.Id);
            }
        }
    }

    /// <summary>Stores a deleted model and takes it once from the list of each of its addresses. The public list keeps it.</summary>
    public void Delete(TrainingModel model)
    {
        lock (_lock)
        {
            _models[model.Id] = model;
            foreach (var address in model.Addresses)
                ListOf(address).Remove(model.Id);
        }
    }

    /// <summary>Whether an address may read a model: the public may, or it is in the address's list.</summary>
    public bool IsReadable(string id, string address)
    {
        lock (_lock)
            return _public.Contains(id) || (_byAddress.TryGetValue(KeyOf(address), out var list) && list.Contains(id));
    }

    /// <summary>The private models in an address's list, in its order, doubles included.</summary>
    public IReadOnlyList<TrainingModel> PrivateOf(string address)
    {
        lock (_lock)
        {
            return _byAddress.TryGetValue(KeyOf(address), out var list)
                ? [.. list.Select(id => _models[id]).Where(model => !model.IsPublic)]
                : [];
        }
    }

    /// <summary>All public models in the order of their creation.</summary>
    public IReadOnlyList<TrainingModel> Public()
    {
        lock (_lock)
            return [.. _public.Select(id => _models[id])];
    }

    /// <summary>The models that the status worker looks after.</summary>
    public IReadOnlyList<string> Pending()
    {
        lock (_lock)
            return [.. _pending];
    }

    /// <summary>Gives a model to the status worker.</summary>
    public void AddPending(string id)
    {
        lock (_lock)
        {
            if (!_pending.Contains(id))
                _pending.Add(id);
        }
    }

    /// <summary>Takes a model from the status worker.</summary>
    public void RemovePending(string id)
    {
        lock (_lock)
            _pending.Remove(id);
    }

    private List<string> ListOf(string address) =>
        _byAddress.TryGetValue(KeyOf(address), out var list) ? list : _byAddress[KeyOf(address)] = [];

    // The text in lower case is the identity: without 0x it is another one (protocol c.2).
    private static string KeyOf(string address) => address.ToLowerInvariant();
}
