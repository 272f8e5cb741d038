using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Tests.Ethereum;

namespace Snet.Tests.Protocol;

public class SignedMessagesTests
{
    private const string OrgId = "snet-vectors-org";
    private const string GroupName = "default_group";

    private static IEnumerable<TestCaseData> Claims => TestData.Cases("sig_mpe_claim.json", "cases");
    private static IEnumerable<TestCaseData> ChannelStates => TestData.Cases("sig_channel_state.json", "cases");
    private static IEnumerable<TestCaseData> Training => TestData.Cases("sig_training_auth.json", "cases");
    private static IEnumerable<TestCaseData> FreeCallRequests => TestData.Cases("sig_free_call.json", "token_requests");
    private static IEnumerable<TestCaseData> FreeCallUses => TestData.Cases("sig_free_call.json", "token_uses");
    private static IEnumerable<TestCaseData> FreeCallTokens => TestData.Cases("sig_free_call.json", "issued_tokens");
    private static IEnumerable<TestCaseData> PrepaidTokens => TestData.Cases("sig_prepaid_token.json", "cases");
    private static IEnumerable<TestCaseData> ProviderControl => TestData.Cases("sig_provider_control.json", "cases");
    private static IEnumerable<TestCaseData> ThirdParty => TestData.Cases("sig_open_channel_by_third_party.json", "cases", _ => null);

    [TestCaseSource(nameof(Claims))]
    public void Claim_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i =>
        SignedMessages.Claim(Address(i, "mpe_address"), Number(i, "channel_id"), Number(i, "nonce"), Number(i, "amount")));

    [TestCaseSource(nameof(ChannelStates))]
    public void ChannelState_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i =>
        SignedMessages.ChannelState(Address(i, "mpe_address"), Number(i, "channel_id"), Number(i, "current_block")));

    [TestCaseSource(nameof(Training))]
    public void TrainingAuthorization_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i =>
        SignedMessages.TrainingAuthorization(Text(i, "message"), Address(i, "signer_address"), Number(i, "current_block")));

    [Test]
    public void Unified_Vector_IsItsMessage() =>
        Training.Select(c => Text(((JsonElement)c.Arguments[0]!).GetProperty("inputs"), "message")).ShouldContain(SignedMessages.Unified);

    [TestCaseSource(nameof(FreeCallRequests))]
    public void FreeCallToken_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i => SignedMessages.FreeCallToken(
        Text(i, "address_text"), OrEmpty(i, "user_id"), Text(i, "organization_id"), Text(i, "service_id"), Text(i, "group_id_base64_text"),
        Number(i, "current_block")));

    [TestCaseSource(nameof(FreeCallUses))]
    public void FreeCallUse_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i => SignedMessages.FreeCallUse(
        Text(i, "address_text"), OrEmpty(i, "user_id"), Text(i, "organization_id"), Text(i, "service_id"), Text(i, "group_id_base64_text"),
        Number(i, "current_block"), Hex.Decode(Text(i, "token"))));

    [TestCaseSource(nameof(FreeCallTokens))]
    public void FreeCallIssue_Vector_IsSignedTheSame(JsonElement vector)
    {
        using var user = VectorKeys.Get("sender");
        var userId = vector.TryGetProperty("user_id", out var id) ? id.GetString()! : "";

        Check(vector, _ => SignedMessages.FreeCallIssue(OrgId, GroupName, user.Address, userId, Number(vector, "token_expiration_block")));
    }

    [TestCaseSource(nameof(PrepaidTokens))]
    public void PrepaidToken_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i =>
        SignedMessages.PrepaidToken(Hex.Decode(Text(i, "claim_signature")), Number(i, "current_block")));

    [TestCaseSource(nameof(ProviderControl))]
    public void ProviderControl_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i => Text(vector, "name") switch
    {
        "__start_claim" => SignedMessages.StartClaim(Address(i, "mpe_address"), Number(i, "channel_id"), Number(i, "channel_nonce")),
        "__StartClaimForMultipleChannels_" => SignedMessages.StartClaims(
            Address(i, "mpe_address"),
            i.GetProperty("channel_ids_as_sent").EnumerateArray().Select(id => BigInteger.Parse(id.GetString()!, CultureInfo.InvariantCulture)),
            Number(i, "current_block")),
        var list when list.StartsWith("__list_", StringComparison.Ordinal) =>
            SignedMessages.PaymentsList(list, Address(i, "mpe_address"), Number(i, "current_block")),
        var message => SignedMessages.Operator(message, Number(i, "current_block")),
    });

    [TestCaseSource(nameof(ThirdParty))]
    public void OpenChannelByThirdParty_Vector_IsSignedTheSame(JsonElement vector) => Check(vector, i => SignedMessages.OpenChannelByThirdParty(
        Address(i, "mpe_address"), Address(i, "transaction_sender"), Address(i, "channel_signer"), Address(i, "recipient"),
        Hex.Decode(Text(i, "group_id")), Number(i, "value"), Number(i, "expiration"), Number(i, "message_nonce")));

    // From the layout to the 65 bytes, and from these back to the signer.
    private static void Check(JsonElement vector, Func<JsonElement, byte[]> hashOf)
    {
        using var key = VectorKeys.Get(Text(vector, "signer_key"));
        var hash = hashOf(vector.TryGetProperty("inputs", out var inputs) ? inputs : vector);
        var signature = key.SignMessage(hash);

        Hex.Decode(Text(vector, "packed")).Length.ShouldBe(vector.GetProperty("packed_length").GetInt32());
        Hex.Encode(hash).ShouldBe(Text(vector, "keccak256_of_packed"));
        Hex.Encode(EthereumMessage.Hash(hash)).ShouldBe(Text(vector, "digest"));
        Hex.Encode(signature.AsSpan(0, 32)).ShouldBe(Text(vector, "r"));
        Hex.Encode(signature.AsSpan(32, 32)).ShouldBe(Text(vector, "s"));
        ((int)signature[64]).ShouldBe(vector.GetProperty("v").GetInt32());
        (signature[64] - 27).ShouldBe(vector.GetProperty("y_parity").GetInt32());
        Hex.Encode(signature).ShouldBe(Text(vector, "signature"));

        var signer = EthereumAddress.Parse(Text(vector, "signer_address"));
        EthereumMessage.Recover(hash, signature).ShouldBe(signer);
        EthereumMessage.Recover(hash, Hex.Decode(Text(vector, "signature_with_v_0_or_1"))).ShouldBe(signer);
    }

    private static string Text(JsonElement from, string name) => from.GetProperty(name).GetString()!;

    private static string OrEmpty(JsonElement from, string name) => from.GetProperty(name).GetString() ?? "";

    private static EthereumAddress Address(JsonElement from, string name) => EthereumAddress.Parse(Text(from, name));

    private static BigInteger Number(JsonElement from, string name) =>
        BigInteger.Parse(from.GetProperty(name).ToString(), CultureInfo.InvariantCulture);
}
