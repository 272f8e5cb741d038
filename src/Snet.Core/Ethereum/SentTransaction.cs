using System.Numerics;

namespace Snet.Ethereum;

/// <summary>One transaction in each form in which it was sent: a stuck one goes again with higher fees. All forms have one nonce, so only one of them can count.</summary>
/// <remarks>Whoever cares for it changes it, one at a time; the forms can be read meanwhile.</remarks>
internal sealed class SentTransaction
{
    private volatile Form[] _forms;

    public SentTransaction(Transaction transaction, byte[] raw, long now)
    {
        _forms = [new Form(transaction, raw)];
        SentAt = CaredAt = now;
    }

    public BigInteger Nonce => Latest.Nonce;

    /// <summary>The form with the highest fees.</summary>
    public Transaction Latest => _forms[^1].Transaction;

    /// <summary>The bytes of that form.</summary>
    public byte[] Raw => _forms[^1].Raw;

    /// <summary>Its hash, 0x and 64 digits.</summary>
    public string Hash => _forms[^1].Hash;

    /// <summary>The hashes of all forms, the latest first.</summary>
    public IEnumerable<string> Hashes => _forms.Reverse().Select(form => form.Hash);

    /// <summary>How often it went again with higher fees.</summary>
    public int Replacements => _forms.Length - 1;

    /// <summary>When the latest form was first sent.</summary>
    public long SentAt { get; private set; }

    /// <summary>When somebody last looked after it.</summary>
    public long CaredAt { get; set; }

    /// <summary>When it was first seen in a block; null while it is in none.</summary>
    public long? MinedAt { get; set; }

    /// <summary>Whether somebody waits for it, and looks after it meanwhile.</summary>
    public bool IsWatched { get; set; } = true;

    /// <summary>What stood in the way of higher fees: the signer refused, or they would go beyond a limit. None are tried again then.</summary>
    public Exception? Trouble { get; set; }

    /// <summary>Adds a form, before it is sent: from then on its receipt counts as well.</summary>
    public void Add(Transaction transaction, byte[] raw, long now)
    {
        _forms = [.. _forms, new Form(transaction, raw)];
        SentAt = now;
    }

    /// <summary>Takes back the last form, which the node refused.</summary>
    public void TakeBack(Exception trouble) => (_forms, Trouble) = (_forms[..^1], trouble);

    private sealed record Form(Transaction Transaction, byte[] Raw)
    {
        public string Hash { get; } = Hex.Encode(Keccak256.Hash(Raw));
    }
}
