using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Snet.Protobuf;

/// <summary>
/// The files <c>google/protobuf/*.proto</c>, from Google.Protobuf's own descriptors. No set can bring its own copies: their types
/// have a JSON form that relies on the fields they really have.
/// </summary>
internal static class WellKnownProtos
{
    private static readonly FrozenDictionary<string, FileDescriptor> Files = new[]
    {
        AnyReflection.Descriptor, ApiReflection.Descriptor, DurationReflection.Descriptor, EmptyReflection.Descriptor,
        FieldMaskReflection.Descriptor, SourceContextReflection.Descriptor, StructReflection.Descriptor,
        TimestampReflection.Descriptor, TypeReflection.Descriptor, WrappersReflection.Descriptor,
        FileDescriptor.DescriptorProtoFileDescriptor,
    }.ToFrozenDictionary(file => file.Name);

    /// <summary>Says whether a file is one of them, by its full name.</summary>
    public static bool Contains(string name) => Files.ContainsKey(name);

    /// <summary>Gives the file of that name; null when it is none of them.</summary>
    public static ProtoFile? Find(string name)
        => Files.TryGetValue(name, out var file) ? new ProtoFile(file.ToProto(), new Dictionary<object, ProtoPosition>()) : null;
}
