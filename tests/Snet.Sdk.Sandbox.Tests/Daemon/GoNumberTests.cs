namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Numbers in headers are Go literals (protocol e.1).</summary>
internal sealed class GoNumberTests
{
    [TestCase("0", "0")]
    [TestCase("5", "5")]
    [TestCase("+5", "5")]
    [TestCase("-5", "-5")]
    [TestCase("00", "0")]
    [TestCase("010", "8")]
    [TestCase("0_10", "8")]
    [TestCase("1_0", "10")]
    [TestCase("0x5", "5")]
    [TestCase("0X_fF", "255")]
    [TestCase("0b101", "5")]
    [TestCase("0o17", "15")]
    [TestCase("18446744073709551616", "18446744073709551616")]
    public void TryParse_Literal_IsItsValue(string text, string expected)
    {
        GoNumber.TryParse(text, out var value).ShouldBeTrue();

        GoNumber.Text(value).ShouldBe(expected);
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase("+")]
    [TestCase("08")]
    [TestCase("0x")]
    [TestCase("0b2")]
    [TestCase("0b")]
    [TestCase("0o8")]
    [TestCase("_1")]
    [TestCase("1_")]
    [TestCase("1__0")]
    [TestCase("0x_")]
    [TestCase("+-1")]
    [TestCase(" 5")]
    [TestCase("5 ")]
    [TestCase("1.0")]
    [TestCase("1e0")]
    [TestCase("ff")]
    [TestCase("٥")]
    public void TryParse_NoLiteral_IsRefused(string text) => GoNumber.TryParse(text, out _).ShouldBeFalse();
}
