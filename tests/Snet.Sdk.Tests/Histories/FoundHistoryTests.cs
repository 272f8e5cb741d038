using Snet.Sdk.Payments;

namespace Snet.Sdk.Tests.Histories;

/// <summary>Histories that once broke an invariant, each as small as it could be made.</summary>
[Category("Sandbox")]
public sealed class FoundHistoryTests
{
    [Test]
    public Task Call_ClaimIsOnItsWayWhenTheChannelsTimeEnds_AnotherChannelIsOpened() => HoldsAsync(new History(
        new Setup(),
        new Call(),
        new Claims(0, Claiming.Start),
        new Call(),
        new Mine(250)));

    [Test]
    public Task Call_ChannelWasOpenedForNothing_IsFilledForTheNextPrice() => HoldsAsync(new History(
        new Setup(),
        new PriceIs(0, true),
        new Call(),
        new DaemonIs(false),
        new Call(1)));

    [Test]
    public Task Call_PriceIsLessAndAnotherProcessHasPaidTheDifference_IsToldWhatItSigned() => HoldsAsync(new History(
        new Setup(100, 3, false),
        new PriceIs(6, true),
        new Call(0, "add"),
        new Validate(1, 1)));

    [Test]
    public Task Call_TwoProcessesPayDifferentPricesAtOneMoment_NeitherCogIsPaidTwice() => HoldsAsync(new History(
        new Setup(100, 3, false),
        new PriceIs(6, true),
        new Call(0, "add"),
        new Call(0, "add"),
        new Together(new Call(0, "add"), new Call(0, "add"), new Validate(1, 1))));

    [Test]
    public Task Prepaid_ChannelWasClaimedBehindTheDaemonAndPaidFromElsewhere_GoesOnInTheNextRound() => HoldsAsync(new History(
        new Setup(200, 1, false, PaymentMode.Prepaid),
        new Call(0, "add"),
        new Call(0, "add"),
        new Claims(0, Claiming.BehindTheDaemon),
        new Call(1, "mul")));

    [Test]
    public Task Call_ConnectionIsCutAndTheNextCallIsFree_TheOneAfterSettlesIt() => HoldsAsync(new History(
        new Setup(),
        new Order(Trouble.CutBefore, 1),
        new Call(0, "add"),
        new Call(0, "wait")));

    [Test]
    public Task Call_ProviderClaimsWhatItRefusedBesides_IsRefusedOnceAndGoesOn() => HoldsAsync(new History(
        new Setup(),
        new Call(0, "add"),
        new Claims(0, Claiming.Start),
        new Call(0, "add"),
        new Claims(0, Claiming.Greedily)));

    [Test]
    public Task Call_ClaimHasSentTheRestBack_IsRefusedOnceAndGoesOn() => HoldsAsync(new History(
        new Setup(),
        new Call(0, "add"),
        new Claims(0, Claiming.Start),
        new Call(0, "add"),
        new Claims(0, Claiming.FinishAndSendBack)));

    [Test]
    public Task Prepaid_TokenAndChannelHaveEnded_WhatIsLeftIsNotTakenForStolen() => HoldsAsync(new History(
        new Setup(200, 10, false, PaymentMode.Prepaid),
        new Call(0, "mul"),
        new Mine(40_000, true),
        new Claims(0, Claiming.Finish),
        new Call(0, "add")));

    [Test]
    public Task Prepaid_AnswerToAPlanIsLost_TheSameTotalGoesAgain() => HoldsAsync(new History(
        new Setup(26, 10, false, PaymentMode.Prepaid),
        new Together(new Call(0, "mul"), new Call(0, "mul")),
        new Call(0, "add"),
        new Order(Trouble.NodeCut, 1),
        new Restart(0),
        new Order(Trouble.Refused, 4),
        new Order(Trouble.CutDuring, 1)));

    [Test]
    public Task Prepaid_DaemonForgetsWhatTwoProcessesPaid_IsBroughtBackWithinTheLimit() => HoldsAsync(new History(
        new Setup(7, 1, false, PaymentMode.Prepaid, true, 0, 24),
        new Call(1, "add"),
        new Earn(50),
        new Call(0, "add"),
        new Forgets(0)));

    [Test]
    public Task Call_ChannelIsTakenBackWhileAFateIsOpen_NothingWasCharged() => HoldsAsync(new History(
        new Setup(),
        new GivenUp(0, Impatience.Cancelled, true),
        new Mine(200_000, false),
        new ByHand(0, Deed.TakeBack, 20, 0)));

    [Test]
    public Task Prepaid_PlanOfAProcessThatCrashed_LeavesWhileTheNextOnePays() => HoldsAsync(new History(
        new Setup(200, 2, false, PaymentMode.Prepaid),
        new Call(0, "mul"),
        new PriceIs(6, true),
        new Mine(100_000, true),
        new Call(0, "add"),
        new Restart(0),
        new Validate(0, 9)));

    private static async Task HoldsAsync(History history)
    {
        await using var lanes = new Lanes();
        await lanes.RunAsync(history);
    }
}
