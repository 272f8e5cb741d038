namespace Snet.Grpc;

internal sealed class GrpcMetadataTests
{
    [Test]
    public void Add_NameSeveralTimes_AllValuesStayInOrder()
    {
        var metadata = new GrpcMetadata { { "a", "1" }, { "b-bin", [1] }, { "a", "2" } };

        metadata.Select(entry => entry.Name).ShouldBe(["a", "b-bin", "a"]);
        metadata.GetAll("a").Select(entry => entry.Text).ShouldBe(["1", "2"]);
        metadata.GetString("a").ShouldBe("1");
        metadata.GetBytes("b-bin").ShouldBe([1]);
        metadata.GetString("c").ShouldBeNull();
        metadata.GetBytes("a").ShouldBeNull();
        metadata.GetString("b-bin").ShouldBeNull();
    }

    [TestCase("", "x")]
    [TestCase("Upper", "x")]
    [TestCase("with blank", "x")]
    [TestCase(":path", "x")]
    [TestCase("a-bin", "x")]
    [TestCase("a", "naïve")]
    [TestCase("a", "line\nbreak")]
    public void Add_TextThatCannotTravel_IsRefused(string name, string value)
        => Should.Throw<ArgumentException>(() => new GrpcMetadata { { name, value } });

    [Test]
    public void Add_BytesUnderATextName_IsRefused() => Should.Throw<ArgumentException>(() => new GrpcMetadata { { "a", new byte[] { 1 } } });

    [Test]
    public void Add_ValueFromTheWire_BinaryListsAreParted()
    {
        var metadata = new GrpcMetadata();

        GrpcHeaders.Add(metadata, "a-bin", "AQ, AgM=,***");
        GrpcHeaders.Add(metadata, "text", "x, y");
        GrpcHeaders.Add(metadata, "grpc-status", "0");

        metadata.GetAll("a-bin").Select(entry => entry.Bytes).ShouldBe([[1], [2, 3]]);
        metadata.GetString("text").ShouldBe("x, y");
        metadata.Count.ShouldBe(3);
    }
}
