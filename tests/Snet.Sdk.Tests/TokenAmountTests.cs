using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Snet.Sdk.Tests;

public sealed class TokenAmountTests
{
    private static readonly Arbitrary<BigInteger> Cogs = ArbMap.Default.ArbFor<BigInteger>().Filter(value => value >= 0);

    [Test]
    public void Parse_WhatToStringWrote_IsTheSameAmount() =>
        Prop.ForAll(Cogs, cogs => TokenAmount.Parse(TokenAmount.FromCogs(cogs * 12_345_678_901_234).ToString()).Cogs == cogs * 12_345_678_901_234)
            .QuickCheckThrowOnFailure();

    [Test]
    public void Arithmetic_AnyAmounts_IsThatOfIntegers() =>
        Prop.ForAll(Cogs, Cogs, (a, b) =>
        {
            var (x, y) = (TokenAmount.FromCogs(a), TokenAmount.FromCogs(b));
            return (x + y).Cogs == a + b && (x + y) - y == x && (x < y) == (a < b) && x.CompareTo(y) == a.CompareTo(b);
        }).QuickCheckThrowOnFailure();

    [TestCase("1.5", "1500000000000000000")]
    [TestCase("0.000000000000000001", "1")]
    [TestCase("1.500000000000000000000", "1500000000000000000")]
    [TestCase("7 cogs", "7")]
    [TestCase("2 tokens", "2000000000000000000")]
    public void Parse_Text_IsExact(string text, string cogs) => TokenAmount.Parse(text).Cogs.ToString().ShouldBe(cogs);

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("1,5")]
    [TestCase("1e3")]
    [TestCase(".5")]
    [TestCase("1.")]
    [TestCase("1.0000000000000000001")]
    [TestCase("1.5 cogs")]
    [TestCase("1 FET")]
    [TestCase("0x10")]
    public void Parse_NoAmount_IsRefused(string text) => Should.Throw<FormatException>(() => TokenAmount.Parse(text));

    [Test]
    public void Subtraction_BelowNothing_Throws() => Should.Throw<OverflowException>(() => TokenAmount.FromCogs(1) - TokenAmount.FromCogs(2));

    [Test]
    public void FromTokens_FinerThanACog_Throws() => Should.Throw<ArgumentOutOfRangeException>(() => TokenAmount.FromTokens(0.0000000000000000001m));
}
