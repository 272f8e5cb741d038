using System.Reflection;
using Snet.Tests;

namespace Snet.Sdk.Tests.Conventions;

/// <summary>The SDK's rooms depend on each other one way: what is further in knows nothing of what is built on it.</summary>
public sealed class RoomTests
{
    private static readonly Assembly Sdk = typeof(SnetClient).Assembly;

    // A room stands for those within it as well.
    private static readonly Dictionary<string, string[]> MayNotUse = new()
    {
        ["Accounts"] = ["Services", "Training"],
        ["Discovery"] = ["Payments", "Services", "Training"],
        ["Payments"] = ["Training"],
        ["Payments.Receipts"] = ["Payments.Channels", "Payments.Strategies", "Services"],
        ["Payments.Channels"] = ["Payments.Strategies"],
        ["Training.Datasets"] = ["Accounts", "Discovery", "Payments", "Services", "Training.Uploads"],
    };

    private static IEnumerable<string> Rooms => MayNotUse.Keys;

    [TestCaseSource(nameof(Rooms))]
    public void Types_OfARoom_UseNoneThatIsBuiltOnThem(string room)
    {
        var strangers =
            from type in Sdk.GetTypes()
            where IsIn(type, room)
            from used in TypeReferences.Of(type)
            where used.Assembly == Sdk && MayNotUse[room].Any(other => IsIn(used, other))
            select $"{type.FullName} uses {used.FullName}";

        strangers.Distinct().ShouldBeEmpty();
        Sdk.GetTypes().Count(type => IsIn(type, room)).ShouldBeGreaterThan(1); // it is there
    }

    private static bool IsIn(Type type, string room) => $"{type.Namespace}.".StartsWith($"Snet.Sdk.{room}.", StringComparison.Ordinal);
}
