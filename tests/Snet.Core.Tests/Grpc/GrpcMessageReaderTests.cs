namespace Snet.Grpc;

internal sealed class GrpcMessageReaderTests
{
    [Test]
    public async Task ReadAsync_BytesComeOneByOne_MessagesAreWhole([Values(1, 2, 3, 100)] int pieces, [Values(0, 40)] int head)
    {
        var messages = new[] { [], [7], Enumerable.Range(0, 70).Select(i => (byte)i).ToArray(), [], [8, 9] };
        using var wire = new MemoryStream();
        foreach (var message in messages)
            await GrpcMessageWriter.WriteAsync(wire, message.AsMemory(0, Math.Min(head, message.Length)), message.AsMemory(Math.Min(head, message.Length)), default);

        var read = await ReadAllAsync(wire.ToArray(), pieces);

        read.ShouldBe(messages);
    }

    [Test]
    public async Task WriteAsync_MessageLargerThanAFrame_IsOneMessage([Values(0, 100, 20_000)] int head, [Values(16_279, 16_379, 16_380, 50_000)] int body)
    {
        var message = Enumerable.Range(0, head + body).Select(i => (byte)(i * 31)).ToArray();
        using var wire = new MemoryStream();

        await GrpcMessageWriter.WriteAsync(wire, message.AsMemory(0, head), message.AsMemory(head), default);

        (await ReadAllAsync(wire.ToArray(), 1000)).ShouldBe([message]);
    }

    [TestCase(new byte[] { 0, 0, 0, 0, 101 }, null, GrpcStatus.ResourceExhausted, "grpc: received message larger than max (101 vs. 100)")]
    [TestCase(new byte[] { 0, 255, 255, 255, 255 }, null, GrpcStatus.ResourceExhausted, "grpc: received message larger than max (4294967295 vs. 100)")]
    [TestCase(new byte[] { 1, 0, 0, 0, 0 }, null, GrpcStatus.Internal, "grpc: compressed flag set with identity or empty encoding")]
    [TestCase(new byte[] { 1, 0, 0, 0, 0 }, "gzip", GrpcStatus.Unimplemented, "grpc: Decompressor is not installed for grpc-encoding \"gzip\"")]
    [TestCase(new byte[] { 9, 0, 0, 0, 0 }, null, GrpcStatus.Internal, "grpc: received unexpected payload format 9")]
    [TestCase(new byte[] { 0, 0, 0 }, null, GrpcStatus.Internal, "grpc: the stream ended within a message")]
    [TestCase(new byte[] { 0, 0, 0, 0, 3, 1, 2 }, null, GrpcStatus.Internal, "grpc: the stream ended within a message")]
    public async Task ReadAsync_BadMessage_StatusTellsWhy(byte[] wire, string? encoding, int status, string detail)
    {
        var reader = new GrpcMessageReader(new MemoryStream(wire), 100, encoding);

        var e = await Should.ThrowAsync<GrpcException>(() => reader.ReadAsync(default).AsTask());

        e.StatusCode.ShouldBe(status);
        e.Detail.ShouldBe(detail);
    }

    private static async Task<List<byte[]>> ReadAllAsync(byte[] wire, int pieces)
    {
        var reader = new GrpcMessageReader(new PiecewiseStream(wire, pieces), 1024 * 1024, null);
        var messages = new List<byte[]>();
        while (await reader.ReadAsync(default) is { } message)
            messages.Add(message.ToArray());
        return messages;
    }

    private sealed class PiecewiseStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
