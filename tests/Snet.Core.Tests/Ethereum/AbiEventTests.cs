using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Ethereum;

public class AbiEventTests
{
    private static readonly Dictionary<string, AbiEvent> Known = new[] { typeof(EscrowContract), typeof(TokenContract) }
        .SelectMany(AbiValues.Declared<AbiEvent>).ToDictionary(e => e.Value.Topic, e => e.Value);

    private static IEnumerable<TestCaseData> Topics => TestData.Cases("events.json", "event_topics", v => v.GetProperty("event").GetString());
    private static IEnumerable<TestCaseData> Logs => TestData.Cases("events.json", "logs");
    private static JsonElement FirstLog => TestData.Vectors("events.json").GetProperty("logs")[0];

    [TestCaseSource(nameof(Topics))]
    public void Topic_Vector_IsDeclared(JsonElement vector)
    {
        var topic = vector.GetProperty("topic0").GetString()!;

        Known.Keys.ShouldContain(topic);
        new AbiEvent(vector.GetProperty("event").GetString()!).Topic.ShouldBe(topic);
    }

    [TestCaseSource(nameof(Logs))]
    public void Decode_LogVector_GivesTheValuesInOrder(JsonElement vector)
    {
        var (topics, data) = Read(vector);
        var (_, values) = AbiValues.ReadAll(vector.GetProperty("decoded"));

        var log = EventOf(vector);

        log.Decode(topics, data).ShouldBe(values);
        var (encodedTopics, encodedData) = log.Encode(values);
        encodedTopics.ShouldBe(topics);
        encodedData.ShouldBe(data);
    }

    [Test]
    public void Topic32_OwnChannels_IsTheFilterOfTheVector()
    {
        var filter = TestData.Vectors("events.json").GetProperty("own_channels_filter").GetProperty("filter").GetProperty("topics")
            .EnumerateArray().Select(t => t.GetString()!).ToArray();
        var sender = EthereumAddress.Parse("0xd2Cefac22AE8D663AF83CDa535dcE80e55902A4e");
        var recipient = EthereumAddress.Parse("0xEE034DD7D1a316CC161C2aB52b226EaAF7dCB78D");
        var group = Bytes32.FromGroupId("IYc03Ikqu4kfhG8s/XnuJxNkOFrwEt3QpkxRrglWVC4=");

        string[] topics =
            [EscrowContract.ChannelOpen.Topic, AbiEvent.Topic32("address", sender), AbiEvent.Topic32("address", recipient), AbiEvent.Topic32("bytes32", group)];

        topics.ShouldBe(filter);
    }

    [Test]
    public void Decode_LogOfAnotherEvent_IsRefused()
    {
        var (topics, data) = Read(FirstLog); // DepositFunds, of the same types as WithdrawFunds

        Should.Throw<FormatException>(() => EscrowContract.WithdrawFunds.Decode(topics, data));
    }

    [Test]
    public void Decode_TopicMissingOrTooMany_IsRefused()
    {
        var (topics, data) = Read(FirstLog);

        Should.Throw<FormatException>(() => EscrowContract.DepositFunds.Decode(topics[..1], data));
        Should.Throw<FormatException>(() => EscrowContract.DepositFunds.Decode([.. topics, topics[1]], data));
        Should.Throw<FormatException>(() => EscrowContract.DepositFunds.Decode([], data));
    }

    [Test]
    public void Decode_TopicThatIsNoWord_IsRefused()
    {
        var (topics, data) = Read(FirstLog);

        Should.Throw<FormatException>(() => EscrowContract.DepositFunds.Decode([topics[0], "0x12"], data));
        Should.Throw<FormatException>(() => EscrowContract.DepositFunds.Decode([topics[0], topics[1] + "00"], data));
        Should.Throw<FormatException>(() => EscrowContract.DepositFunds.Decode([topics[0], "no hex"], data));
    }

    private static AbiEvent EventOf(JsonElement vector)
    {
        if (Known.TryGetValue(vector.GetProperty("topics")[0].GetString()!, out var known))
            return known;
        var indexed = vector.GetProperty("decoded").EnumerateArray().Select((v, i) => (v, i)).Where(x => x.v.GetProperty("indexed").GetBoolean());
        return new AbiEvent(vector.GetProperty("event").GetString()!, [.. indexed.Select(x => x.i)]);
    }

    private static (string[] Topics, byte[] Data) Read(JsonElement vector) =>
        ([.. vector.GetProperty("topics").EnumerateArray().Select(t => t.GetString()!)], Hex.Decode(vector.GetProperty("data").GetString()!));
}
