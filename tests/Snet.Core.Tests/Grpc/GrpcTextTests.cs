namespace Snet.Grpc;

internal sealed class GrpcTextTests
{
    [TestCase("", "")]
    [TestCase("plain text, with punctuation!", "plain text, with punctuation!")]
    [TestCase("100% sure", "100%25 sure")]
    [TestCase("line\r\nbreak\n", "line%0D%0Abreak%0A")]
    [TestCase("naïve 漢字 😀", "na%C3%AFve %E6%BC%A2%E5%AD%97 %F0%9F%98%80")]
    [TestCase(" blanks ", "%20blanks%20")]
    [TestCase("~\u007f", "~%7F")]
    public void EncodeMessage_AnyText_IsPrintableAndComesBack(string message, string encoded)
    {
        GrpcText.EncodeMessage(message).ShouldBe(encoded);
        GrpcText.DecodeMessage(encoded).ShouldBe(message);
    }

    [TestCase("50% of %zz and %4", "50% of %zz and %4")]
    [TestCase("%", "%")]
    [TestCase("a%2", "a%2")]
    [TestCase("%41%2", "A%2")]
    [TestCase("%e6%bc%A2", "漢")]
    [TestCase("kept blank ", "kept blank ")]
    [TestCase("raw ï and %C3%AF", "raw ï and ï")]
    public void DecodeMessage_InvalidEscapes_StayAsTheyAre(string encoded, string message)
        => GrpcText.DecodeMessage(encoded).ShouldBe(message);

    [TestCase("AQIDBA", new byte[] { 1, 2, 3, 4 })]
    [TestCase("AQIDBA==", new byte[] { 1, 2, 3, 4 })]
    [TestCase("AQID", new byte[] { 1, 2, 3 })]
    [TestCase(" AQID ", new byte[] { 1, 2, 3 })]
    [TestCase("", new byte[0])]
    public void TryDecodeBytes_PaddedOrNot_IsRead(string text, byte[] expected)
    {
        GrpcText.TryDecodeBytes(text, out var bytes).ShouldBeTrue();
        bytes.ShouldBe(expected);
    }

    [TestCase("A")]
    [TestCase("AQ*D")]
    [TestCase("A=ID")]
    public void TryDecodeBytes_NoBase64_IsRefused(string text) => GrpcText.TryDecodeBytes(text, out _).ShouldBeFalse();

    [Test]
    public void EncodeBytes_EveryLength_ComesBackWithoutPadding([Range(0, 70)] int length)
    {
        var bytes = Enumerable.Range(0, length * 11).Select(i => (byte)(i * 7)).ToArray();

        var text = GrpcText.EncodeBytes(bytes);

        text.ShouldNotContain("=");
        GrpcText.TryDecodeBytes(text, out var back).ShouldBeTrue();
        back.ShouldBe(bytes);
    }

    [TestCase(0.0001, "1u")]
    [TestCase(1.5, "1500u")]
    [TestCase(99_999.999, "99999999u")]
    [TestCase(100_000, "100000m")]
    [TestCase(99_999_999.5, "100000S")]
    [TestCase(1e14, "27777778H")]
    public void EncodeTimeout_AnyTime_HasEightDigitsAtMostAndIsNotShorter(double milliseconds, string expected)
    {
        var timeout = TimeSpan.FromMilliseconds(milliseconds);

        var text = GrpcText.EncodeTimeout(timeout);

        text.ShouldBe(expected);
        GrpcText.DecodeTimeout(text)!.Value.ShouldBeGreaterThanOrEqualTo(timeout);
    }

    [TestCase("100n", 0.0001)]
    [TestCase("5u", 0.005)]
    [TestCase("400m", 400)]
    [TestCase("3S", 3000)]
    [TestCase("2M", 120_000)]
    [TestCase("1H", 3_600_000)]
    public void DecodeTimeout_EachUnit_IsRead(string text, double milliseconds)
        => GrpcText.DecodeTimeout(text).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("S")]
    [TestCase("5")]
    [TestCase("-5S")]
    [TestCase("5X")]
    [TestCase("123456789S")]
    public void DecodeTimeout_Malformed_IsNone(string? text) => GrpcText.DecodeTimeout(text).ShouldBeNull();
}
