using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>A node with one account, a pool and blocks that come when a test says so. It keeps geth's rules of nonces and fees, and forgets on order.</summary>
internal sealed class MempoolNode : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<List<Entry>> _blocks = [[]];
    private readonly SortedDictionary<BigInteger, Entry> _pool = [];
    private readonly List<string> _received = [];
    private int _lostAnswers;
    private int _lostRequests;
    private BigInteger _baseFee = 10;

    /// <summary>Wei for each unit of gas. Transactions that pay less wait, and are not taken in.</summary>
    public BigInteger BaseFee
    {
        get
        {
            lock (_lock)
                return _baseFee;
        }

        set
        {
            lock (_lock)
                _baseFee = value;
        }
    }

    /// <summary>What was carried out: the data of each transaction in a block, in order.</summary>
    public byte[][] Executed
    {
        get
        {
            lock (_lock)
                return [.. _blocks.SelectMany(block => block).Select(entry => entry.Transaction.Data)];
        }
    }

    /// <summary>What waits, by nonce.</summary>
    public Transaction[] Waiting
    {
        get
        {
            lock (_lock)
                return [.. _pool.Values.Select(entry => entry.Transaction)];
        }
    }

    /// <summary>All raw transactions that arrived, refused or not, without repetitions.</summary>
    public Transaction[] Received
    {
        get
        {
            lock (_lock)
                return [.. _received.Distinct().Select(raw => new Entry(raw).Transaction)];
        }
    }

    /// <summary>How often a transaction arrived.</summary>
    public int Sendings
    {
        get
        {
            lock (_lock)
                return _received.Count;
        }
    }

    /// <summary>A block comes, with all that can go into it.</summary>
    public void Mine()
    {
        lock (_lock)
        {
            var block = new List<Entry>();
            _blocks.Add(block);
            while (_pool.TryGetValue(Mined, out var next) && next.Transaction.MaxFeePerGas >= _baseFee)
            {
                _pool.Remove(next.Transaction.Nonce);
                block.Add(next);
            }
        }
    }

    /// <summary>The last block is taken back. What was in it waits again, or is forgotten.</summary>
    public void TakeBack(bool forget)
    {
        lock (_lock)
        {
            if (_blocks.Count == 1)
                return;
            var gone = _blocks[^1];
            _blocks.RemoveAt(_blocks.Count - 1);
            foreach (var entry in gone.Where(entry => !forget && !_pool.ContainsKey(entry.Transaction.Nonce)))
                _pool[entry.Transaction.Nonce] = entry;
        }
    }

    /// <summary>The node forgets what waits.</summary>
    public void DropAll()
    {
        lock (_lock)
            _pool.Clear();
    }

    /// <summary>Somebody else with the same key sends a transaction with the account's next nonce, or with one that is taken, for more.</summary>
    public void SendFromElsewhere(byte[] data, bool overbid)
    {
        lock (_lock)
        {
            var nonce = Mined;
            while (_pool.ContainsKey(nonce) && !overbid)
                nonce++;
            var fee = (_pool.GetValueOrDefault(nonce)?.Transaction.MaxFeePerGas ?? _baseFee) * 2;
            _pool[nonce] = new Entry(Hex.Encode(new Transaction(1, nonce, fee, fee, 21_000, default, 0, data).EncodeSigned(new byte[65])));
        }
    }

    /// <summary>The next answers do not arrive; the requests do.</summary>
    public void LoseAnswers(int count)
    {
        lock (_lock)
            _lostAnswers = count;
    }

    /// <summary>The next requests do not arrive.</summary>
    public void LoseRequests(int count)
    {
        lock (_lock)
            _lostRequests = count;
    }

    private BigInteger Mined => _blocks.Sum(block => block.Count);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        lock (_lock)
        {
            if (_lostRequests > 0 && _lostRequests-- > 0)
                throw new HttpRequestException("the request was lost");
            JsonObject answer;
            try
            {
                answer = new JsonObject { ["result"] = Answer((string)call["method"]!, call["params"]!.AsArray()) };
            }
            catch (InvalidOperationException e)
            {
                answer = new JsonObject { ["error"] = new JsonObject { ["code"] = -32000, ["message"] = e.Message } };
            }

            if (_lostAnswers > 0 && _lostAnswers-- > 0)
                throw new HttpRequestException("the answer was lost");
            return new HttpResponseMessage { Content = new StringContent(answer.ToJsonString(JsonSerializerOptions.Web)) };
        }
    }

    private JsonNode? Answer(string method, JsonArray parameters) => method switch
    {
        "eth_estimateGas" => "0x5208",
        "eth_maxPriorityFeePerGas" => "0x2",
        "eth_getBalance" => "0xde0b6b3a7640000",
        "eth_blockNumber" => Hex.EncodeNumber(_blocks.Count - 1),
        "eth_getBlockByNumber" => new JsonObject { ["baseFeePerGas"] = Hex.EncodeNumber(_baseFee) },
        "eth_getTransactionCount" => Hex.EncodeNumber((string?)parameters[1] == "pending" ? NextNonce() : Mined),
        "eth_getTransactionByHash" => FindBlock((string)parameters[0]!) > 0 || _pool.Values.Any(e => e.Hash == (string)parameters[0]!) ? new JsonObject() : null,
        "eth_getTransactionReceipt" => FindBlock((string)parameters[0]!) is var block and > 0 ? Receipt(block) : null,
        "eth_sendRawTransaction" => Take((string)parameters[0]!),
        _ => throw new InvalidOperationException($"the method {method} does not exist"),
    };

    private string Take(string raw)
    {
        _received.Add(raw);
        var entry = new Entry(raw);
        var (transaction, old) = (entry.Transaction, _pool.GetValueOrDefault(entry.Transaction.Nonce));
        if (transaction.Nonce < Mined)
            throw new InvalidOperationException($"nonce too low: next nonce {Mined}, tx nonce {transaction.Nonce}");
        if (old?.Hash == entry.Hash)
            throw new InvalidOperationException("already known");
        if (old is not null && (transaction.MaxFeePerGas * 10 < old.Transaction.MaxFeePerGas * 11 || transaction.MaxPriorityFeePerGas * 10 < old.Transaction.MaxPriorityFeePerGas * 11))
            throw new InvalidOperationException("replacement transaction underpriced");
        if (transaction.MaxFeePerGas < _baseFee)
            throw new InvalidOperationException("max fee per gas less than block base fee");
        _pool[transaction.Nonce] = entry;
        return entry.Hash;
    }

    private BigInteger NextNonce()
    {
        var nonce = Mined;
        while (_pool.ContainsKey(nonce))
            nonce++;
        return nonce;
    }

    private int FindBlock(string hash) => _blocks.FindIndex(block => block.Any(entry => entry.Hash == hash));

    private static JsonObject Receipt(int block)
    {
        var receipt = FakeNode.Receipt();
        receipt["blockNumber"] = Hex.EncodeNumber(block);
        return receipt;
    }

    private sealed class Entry
    {
        public Entry(string raw)
        {
            var bytes = Hex.Decode(raw);
            Hash = Hex.Encode(Keccak256.Hash(bytes));
            var fields = Rlp.ReadList(bytes.AsSpan(1));
            Transaction = new Transaction(
                Rlp.ReadNumber(fields[0]), Rlp.ReadNumber(fields[1]), Rlp.ReadNumber(fields[2]), Rlp.ReadNumber(fields[3]), Rlp.ReadNumber(fields[4]),
                new EthereumAddress(fields[5]), Rlp.ReadNumber(fields[6]), fields[7]);
        }

        public string Hash { get; }

        public Transaction Transaction { get; }
    }
}
