using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Tests;

namespace Snet.Sdk.Sandbox.Storage;

/// <summary>Storage as clients see it: ids as <c>ipfs add</c> gives them, and answers as kubo's.</summary>
internal sealed class SandboxStorageTests
{
    private readonly HttpClient _http = new();
    private SandboxStorage _storage = null!;

    [SetUp]
    public async Task StartAsync() => _storage = await SandboxStorage.StartAsync(TimeProvider.System, CancellationToken.None);

    [TearDown]
    public async Task StopAsync() => await _storage.DisposeAsync();

    [OneTimeTearDown]
    public void Stop() => _http.Dispose();

    private static IEnumerable<TestCaseData> Contents() => TestData.Cases("cid.json", "cases");

    [TestCaseSource(nameof(Contents))]
    public async Task Add_ContentOfTheVector_IsFoundUnderEachOfItsIds(JsonElement vector)
    {
        var content = vector.TryGetProperty("content_utf8", out var text)
            ? Encoding.UTF8.GetBytes(text.GetString()!)
            : [.. Enumerable.Range(0, vector.GetProperty("content_length").GetInt32()).Select(i => (byte)((i * 31) + 7))];

        var id = _storage.Add(content);

        id.ShouldBe(vector.GetProperty("cid_v0").GetString());
        id.ShouldBe(ContentId.OfFile(content).ToString());
        foreach (var name in new[] { "cid_v0", "cid_v1_dag_pb", "cid_v1_raw_of_content" }.Where(name => vector.TryGetProperty(name, out _)))
        {
            var known = vector.GetProperty(name).GetString();
            (await BytesAsync(HttpMethod.Post, $"/api/v0/cat?arg={known}")).ShouldBe(content);
            (await BytesAsync(HttpMethod.Get, $"/ipfs/{known}")).ShouldBe(content);
        }

        if (vector.TryGetProperty("root_block", out var block))
            (await BytesAsync(HttpMethod.Post, $"/api/v0/block/get?arg={id}")).ShouldBe(Hex.Decode(block.GetString()!));
    }

    [Test]
    public async Task BlockGet_EachLinkedBlock_IsThereUnderItsOwnId()
    {
        var content = new byte[(256 * 1024 * 2) + 1];

        var file = new IpfsFile(content);
        _storage.Add(content);

        file.Blocks.Count.ShouldBe(4);
        foreach (var (hash, block) in file.Blocks)
        {
            (await BytesAsync(HttpMethod.Post, $"/api/v0/block/get?arg={IpfsFile.Version0(hash)}")).ShouldBe(block);
            (await BytesAsync(HttpMethod.Post, $"/api/v0/block/get?arg={IpfsFile.Version1(0x70, hash)}")).ShouldBe(block);
        }
    }

    [TestCase("/api/v0/cat?arg=QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", 500, "block was not found locally (offline): ipld: could not find QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o")]
    [TestCase("/api/v0/block/get?arg=x", 500, "block was not found locally (offline): ipld: could not find x")]
    [TestCase("/api/v0/cat", 400, "argument \"ipfs-path\" is required")]
    public async Task Api_Unknown_IsKubosError(string path, int status, string message)
    {
        var (code, text) = await AskAsync(HttpMethod.Post, path);

        code.ShouldBe(status);
        JsonNode.Parse(text)!["Message"]!.GetValue<string>().ShouldBe(message);
        JsonNode.Parse(text)!["Type"]!.GetValue<string>().ShouldBe("error");
    }

    [TestCase("/ipfs/QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o")]
    [TestCase("/api/v0/nothing")]
    [TestCase("/")]
    public async Task Get_NothingThere_Is404(string path) => (await AskAsync(HttpMethod.Get, path)).Status.ShouldBe(404);

    [Test]
    public async Task Api_MethodSwitchedOff_Is405()
    {
        (await AskAsync(HttpMethod.Get, "/api/v0/version")).Status.ShouldBe(200);
        _storage.AnswersGet = false;
        (await AskAsync(HttpMethod.Get, "/api/v0/version")).Status.ShouldBe(405);
        (await AskAsync(HttpMethod.Post, "/api/v0/version")).Status.ShouldBe(200);
        _storage.AnswersPost = false;
        (await AskAsync(HttpMethod.Post, "/api/v0/version")).Status.ShouldBe(405);
    }

    [Test]
    public async Task Add_OverTheWire_GivesTheId()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent("hello world\n"u8.ToArray()), "file", "hello.txt" } };

        using var response = await _http.PostAsync(new Uri(_storage.Endpoint, "/api/v0/add"), form);

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        answer["Hash"]!.GetValue<string>().ShouldBe("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o");
        answer["Name"]!.GetValue<string>().ShouldBe("hello.txt");
        (await BytesAsync(HttpMethod.Post, "/api/v0/cat?arg=/ipfs/QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o")).ShouldBe("hello world\n"u8.ToArray());
    }

    private async Task<byte[]> BytesAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(_storage.Endpoint, path));
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task<(int Status, string Text)> AskAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(_storage.Endpoint, path));
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
