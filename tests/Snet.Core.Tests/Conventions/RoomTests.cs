using System.Reflection;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Tests.Conventions;

/// <summary>Core's rooms stay apart: Ethereum, Grpc and Protobuf know nothing of each other, and Protocol uses Ethereum alone.</summary>
public class RoomTests
{
    private static readonly Assembly Core = typeof(EthereumAddress).Assembly;

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Ethereum"] = [],
        ["Grpc"] = [],
        ["Protobuf"] = [],
        ["Protocol"] = ["Ethereum"],
    };

    private static IEnumerable<string> Rooms => MayUse.Keys;

    [TestCaseSource(nameof(Rooms))]
    public void Types_OfARoom_UseOnlyTheRoomsThatTheyMay(string room)
    {
        var allowed = MayUse[room].Append(room).ToHashSet();

        var strangers =
            from type in Core.GetTypes()
            where RoomOf(type) == room
            from used in TypeReferences.Of(type)
            where used.Assembly == Core && RoomOf(used) is { } other && !allowed.Contains(other)
            select $"{type.FullName} uses {used.FullName}";

        strangers.Distinct().ShouldBeEmpty();
    }

    [Test]
    public void Types_OfTheAssembly_AllStandInARoom() =>
        Core.GetTypes().Where(type => RoomOf(type) is null && !IsCompilers(type)).Select(type => type.FullName).ShouldBeEmpty();

    // So that an empty answer above means order and not a blind eye.
    [Test]
    public void TypeReferences_KnownUses_AreSeen()
    {
        TypeReferences.Of(typeof(Packed)).ShouldContain(typeof(Keccak256));            // an instruction in a method
        TypeReferences.Of(typeof(EscrowContract)).ShouldContain(typeof(AbiFunction));  // a field
        TypeReferences.Of(typeof(SnetPlatform)).ShouldContain(typeof(EthereumAddress));
        TypeReferences.Of(typeof(AddressConverter)).ShouldContain(typeof(EthereumAddress)); // an argument of the base type
    }

    // Generated from training.proto, which names no C# namespace of ours and is not changed.
    private static string? RoomOf(Type type) => type.Namespace?.Split('.') switch
    {
        ["Snet", var room, ..] when MayUse.ContainsKey(room) => room,
        ["Training"] => "Protocol",
        _ => null,
    };

    private static bool IsCompilers(Type type) =>
        type.FullName!.StartsWith('<') || type.Namespace is "System.Runtime.CompilerServices" or "Microsoft.CodeAnalysis" or "System.Text.RegularExpressions.Generated";
}
