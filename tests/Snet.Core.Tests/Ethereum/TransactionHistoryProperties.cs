using FsCheck;
using FsCheck.Fluent;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>Random histories of an account that sends while its node forgets, loses answers, takes blocks back, grows dear, and while another process spends from it too.</summary>
/// <remarks>What is sent is carried out once or not at all; what is reported as done is done; what is reported as refused is not; and nothing ever waits for good.</remarks>
public class TransactionHistoryProperties
{
    private const int Histories = 60;

    /// <summary>What happens next.</summary>
    public enum Happening
    {
        Send, SendTwo, Mine, Wait, WaitLong, Forget, TakeBack, TakeBackAndForget, LoseAnswer, LoseAnswers, LoseRequest, LoseRequests, Dearer, Cheaper, Elsewhere, Overbid, Leave,
    }

    [Test]
    public void SendAsync_AnyHistory_CarriesEachOutOnceOrNotAtAllAndSaysSo() => Prop
        .ForAll(Gen.Elements(Enum.GetValues<Happening>()).ArrayOf().Resize(25).ToArbitrary(), happenings =>
        {
            using var history = new History();
            history.PlayAsync(happenings).GetAwaiter().GetResult();
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(Histories));

    // The smallest histories that once failed.
    [TestCase(Happening.Send, Happening.Wait, Happening.Forget, Happening.Send)]
    [TestCase(Happening.Send, Happening.Mine, Happening.Wait, Happening.TakeBackAndForget)]
    [TestCase(Happening.LoseAnswers, Happening.SendTwo, Happening.Wait, Happening.Overbid, Happening.Mine, Happening.WaitLong)]
    [TestCase(Happening.SendTwo, Happening.Wait, Happening.Overbid, Happening.Mine, Happening.WaitLong, Happening.TakeBackAndForget)]
    public async Task SendAsync_History_CarriesEachOutOnce(params Happening[] happenings)
    {
        using var history = new History();
        await history.PlayAsync(happenings);
    }

    private sealed class History : IDisposable
    {
        private static readonly EthereumAddress Contract = EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520");
        private static readonly TimeSpan Step = TimeSpan.FromSeconds(2), Young = TimeSpan.FromMinutes(1);

        private readonly ManualTime _time = new();
        private readonly MempoolNode _node = new();
        private readonly PrivateKey _key = PrivateKey.Create();
        private readonly TransactionSender _sender;
        private readonly List<(byte Id, CancellationTokenSource Cancel, Task<TransactionReceipt> Task)> _sends = [];
        private readonly Stack<DateTimeOffset> _blocks = [];
        private bool _wasTakenBack;
        private bool _wasUsedElsewhere;

        public History()
        {
            var rpc = new JsonRpcClient(new HttpClient(_node), [new Uri("http://node")], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, _time));
            _sender = new TransactionSender(
                new EthereumClient(rpc), _key.Address, 1, (unsigned, _) => ValueTask.FromResult(_key.SignHash(Keccak256.Hash(unsigned.Span))),
                new TransactionLimits(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(2), _time));
        }

        public async Task PlayAsync(IEnumerable<Happening> happenings)
        {
            foreach (var happening in happenings)
            {
                Apply(happening);
                await PassAsync(happening switch { Happening.Wait => 8, Happening.WaitLong => 40, _ => 1 });
            }

            await EndAsync();
            Judge();
        }

        public void Dispose()
        {
            foreach (var send in _sends)
                send.Cancel.Dispose();
            _sender.Dispose();
            _key.Dispose();
            _node.Dispose();
        }

        private void Apply(Happening happening)
        {
            switch (happening)
            {
                case Happening.Send: Send(); break;
                case Happening.SendTwo: Send(); Send(); break;
                case Happening.Mine: Mine(); break;
                case Happening.Forget: _node.DropAll(); break;
                case Happening.TakeBack or Happening.TakeBackAndForget: TakeBack(happening == Happening.TakeBackAndForget); break;
                case Happening.LoseAnswer: _node.LoseAnswers(1); break;
                case Happening.LoseAnswers: _node.LoseAnswers(7); break;
                case Happening.LoseRequest: _node.LoseRequests(1); break;
                case Happening.LoseRequests: _node.LoseRequests(7); break;
                case Happening.Dearer: _node.BaseFee *= 3; break;
                case Happening.Cheaper: _node.BaseFee = 10; break;
                case Happening.Elsewhere or Happening.Overbid: SendFromElsewhere(happening == Happening.Overbid); break;
                case Happening.Leave: _sends.FindLast(send => !send.Task.IsCompleted).Cancel?.Cancel(); break;
            }
        }

        private void Send()
        {
            var (id, cancel) = ((byte)_sends.Count, new CancellationTokenSource());
            _sends.Add((id, cancel, _sender.SendAsync(Contract, [id], cancel.Token)));
        }

        private void SendFromElsewhere(bool overbid)
        {
            _node.SendFromElsewhere([255, 255], overbid);
            _wasUsedElsewhere = true;
        }

        private void Mine()
        {
            _node.Mine();
            _blocks.Push(_time.GetUtcNow());
        }

        // Old blocks are not taken back: that is what the chain promises.
        private void TakeBack(bool forget)
        {
            if (_blocks.TryPeek(out var mined) && _time.GetUtcNow() - mined < Young)
            {
                _blocks.Pop();
                _node.TakeBack(forget);
                _wasTakenBack = true;
            }
        }

        // Everything is well again: what is under way must come to its end, and one more transaction must pass.
        private async Task EndAsync()
        {
            _node.LoseAnswers(0);
            _node.LoseRequests(0);
            _node.BaseFee = 10;
            Send();
            for (var minutes = 0; minutes < 60 && _sends.Any(send => !send.Task.IsCompleted); minutes++)
            {
                Mine();
                await PassAsync(6);
            }

            _sends.ShouldAllBe(send => send.Task.IsCompleted);
            _sends[^1].Task.IsCompletedSuccessfully.ShouldBeTrue(_sends[^1].Task.Exception?.ToString() ?? "cancelled");
        }

        private void Judge()
        {
            var executed = _node.Executed.Where(data => data.Length == 1).GroupBy(data => data[0]).ToDictionary(group => group.Key, group => group.Count());
            // The one thing that nobody can mend: its block was taken back, and another process took its nonce then, or lost the one before it.
            var wasUndone = _wasTakenBack && _wasUsedElsewhere;
            foreach (var (id, _, task) in _sends)
            {
                var times = executed.GetValueOrDefault(id);
                times.ShouldBeLessThanOrEqualTo(1, $"transaction {id}");
                if (task.IsCompletedSuccessfully && !wasUndone)
                    times.ShouldBe(1, $"transaction {id} is reported as done");
                if (task.IsFaulted && task.Exception.InnerException is not TransactionException { IsPending: true })
                    times.ShouldBe(0, $"transaction {id} is reported as not sent: {task.Exception.InnerException}");
            }
        }

        private async Task PassAsync(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                _time.Advance(Step);
                await Task.Delay(1); // for the pool's threads to carry on
            }
        }
    }
}
