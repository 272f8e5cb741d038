using System.Reflection;
using Snet.Ethereum;

namespace Snet.Tests.Conventions;

/// <summary>Nobody installs Snet.Core by hand: what it shows is what the packages above it show, and nothing else.</summary>
public class PublicSurfaceTests
{
    private static readonly Assembly Core = typeof(EthereumAddress).Assembly;

    [Test]
    public void ExportedTypes_OfCore_AreTheseAndNoMore() =>
        Core.GetExportedTypes().Select(type => type.FullName).ShouldBe(["Snet.Ethereum.EthereumAddress", "Snet.Protocol.SnetPlatform"], ignoreOrder: true);

    [TestCase("Snet.Ethereum.EthereumAddress",
        "Equals", "GetHashCode", "IsZero", "Parse", "Size", "ToByteArray", "ToLowerString", "ToString", "TryParse", "WriteTo", "Zero", "op_Equality", "op_Inequality")]
    [TestCase("Snet.Protocol.SnetPlatform",
        "ChainId", "Daemon", "FromFile", "FromJson", "GroupName", "Ipfs", "Keys", "Mpe", "OrgId", "Recipient", "Registry", "Rpc", "ServiceId", "ToJson",
        "ToString", "Token")]
    public void PublicMembers_OfAnExportedType_AreTheseAndNoMore(string type, params string[] members) =>
        Core.GetType(type, throwOnError: true)!
            .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(member => member is not MethodInfo { IsSpecialName: true } method || method.Name.StartsWith("op_", StringComparison.Ordinal))
            .Where(member => member.MemberType != MemberTypes.Constructor)
            .Select(member => member.Name).Distinct().ShouldBe(members, ignoreOrder: true);
}
