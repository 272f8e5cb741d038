using Google.Protobuf.Reflection;
using Snet.Protobuf;

namespace Snet.Tests.Protobuf;

/// <summary>The <c>.proto</c> files that these tests read: as text, as we read them, and as the compiler does.</summary>
internal static class ProtoFiles
{
    public static readonly IReadOnlyDictionary<string, string> Samples = Read("tests/Data/scenarios/protos");

    public static readonly IReadOnlyDictionary<string, string> Platform = Read("src/Snet.Core/Protocol/protos");

    public static readonly IReadOnlyDictionary<string, string> Forms = Read("tests/Snet.Core.Tests/Protobuf/protos");

    /// <summary>All of these files as we read them.</summary>
    public static readonly ProtoSet Set = ProtoSet.Parse(Samples.Concat(Platform).Concat(Forms).ToDictionary());

    /// <summary>All of these files as the compiler reads them.</summary>
    public static readonly IReadOnlyList<FileDescriptor> Compiled =
    [
        global::Training.TrainingReflection.Descriptor,
        Snet.Protocol.Escrow.ControlServiceReflection.Descriptor,
        Snet.Protocol.Escrow.StateServiceReflection.Descriptor,
        Snet.Protocol.Escrow.TokenServiceReflection.Descriptor,
        global::Grpc.Health.V1.HealthReflection.Descriptor,
        global::Pricing.PricingReflection.Descriptor,
        global::Service.ServiceReflection.Descriptor,
        global::Service.PricedReflection.Descriptor,
        Everything.EverythingReflection.Descriptor,
        Everything.Common.CommonReflection.Descriptor,
        Legacy.LegacyReflection.Descriptor,
    ];

    /// <summary>Finds a message as we read it.</summary>
    public static MessageDescriptor Message(string fullName) => Set.Files
        .SelectMany(file => file.MessageTypes).Single(message => message.FullName == fullName);

    private static Dictionary<string, string> Read(string folder)
    {
        var root = Path.Combine(TestData.RepositoryRoot, folder);
        return Directory.EnumerateFiles(root, "*.proto", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText);
    }
}
