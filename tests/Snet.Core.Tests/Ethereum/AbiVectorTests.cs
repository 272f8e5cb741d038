using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Ethereum;

public class AbiVectorTests
{
    private static readonly Dictionary<string, AbiFunction> Known = Contracts.SelectMany(AbiValues.Declared<AbiFunction>).DistinctBy(f => f.Value.Signature)
        .ToDictionary(f => f.Value.Signature, f => f.Value);

    private static IEnumerable<Type> Contracts => [typeof(EscrowContract), typeof(RegistryContract), typeof(TokenContract)];

    private static IEnumerable<TestCaseData> Calls => new[] { "mpe", "registry", "token" }
        .SelectMany(name => TestData.Cases($"abi_calls_{name}.json", "calls", v => v.GetProperty("function").GetString()));

    // The other functions of the contracts are called by nobody here.
    private static IEnumerable<TestCaseData> DeclaredCalls => Calls.Where(call => Known.ContainsKey(SignatureOf((JsonElement)call.Arguments[0]!)));

    private static IEnumerable<TestCaseData> Returns => TestData.Cases("abi_returns.json", "results");

    private static IEnumerable<TestCaseData> Malformed => TestData.Cases("negative.json", "abi_return_data");

    private static IEnumerable<string> Signatures => Known.Keys.Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Calls))]
    public void Encode_CallVector_IsTheCallData(JsonElement vector)
    {
        var function = Known.GetValueOrDefault(SignatureOf(vector)) ?? new AbiFunction(SignatureOf(vector));
        var (_, arguments) = AbiValues.ReadAll(vector.GetProperty("args"));

        Hex.Encode(function.Selector).ShouldBe(vector.GetProperty("selector").GetString());
        Hex.Encode(function.Encode(arguments)).ShouldBe(vector.GetProperty("call_data").GetString());
    }

    [TestCaseSource(nameof(Calls))]
    public void DecodeArguments_CallVector_GivesTheArgumentsBack(JsonElement vector)
    {
        var (_, arguments) = AbiValues.ReadAll(vector.GetProperty("args"));

        new AbiFunction(SignatureOf(vector)).DecodeArguments(Hex.Decode(vector.GetProperty("call_data").GetString()!)).ShouldBe(arguments);
    }

    [TestCaseSource(nameof(DeclaredCalls))]
    public void DeclaredFunction_CallVector_AnswersWithTheTypesThatTheContractDeclares(JsonElement vector)
    {
        var types = vector.GetProperty("returns").EnumerateArray().Select(r => r.GetString()!.Split(' ')[0]).ToArray();

        Known[SignatureOf(vector)].Outputs.ShouldBe(types);
    }

    [TestCaseSource(nameof(Returns))]
    public void Decode_AnswerVector_GivesTheValues(JsonElement vector)
    {
        var (types, values) = AbiValues.ReadAll(vector.GetProperty("decoded"));
        var function = Known.GetValueOrDefault(SignatureOf(vector)) ?? new AbiFunction(SignatureOf(vector), types);

        function.Decode(Hex.Decode(vector.GetProperty("return_data").GetString()!)).ShouldBe(values);
        Hex.Encode(function.EncodeAnswer(values)).ShouldBe(vector.GetProperty("return_data").GetString());
    }

    [TestCaseSource(nameof(Malformed))]
    public void Decode_MalformedVector_IsRefused(JsonElement vector)
    {
        var function = Known.GetValueOrDefault(SignatureOf(vector)) ?? new AbiFunction(SignatureOf(vector), "bool");

        Should.Throw<FormatException>(() => function.Decode(Hex.Decode(vector.GetProperty("data").GetString()!)));
    }

    [TestCaseSource(nameof(Signatures))]
    public void DeclaredFunction_Each_HasAVector(string signature) => // so a mistyped name or type cannot stand
        Calls.Select(c => SignatureOf((JsonElement)c.Arguments[0]!)).ShouldContain(signature);

    private static string SignatureOf(JsonElement vector) => vector.GetProperty("function").GetString()!;
}
