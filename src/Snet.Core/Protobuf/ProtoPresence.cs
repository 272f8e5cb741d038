using Google.Protobuf.Reflection;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace Snet.Protobuf;

/// <summary>
/// Gives every <c>optional</c> field of proto3 its synthetic oneof, as protoc does, so that <c>HasPresence</c> holds. An edition
/// file becomes proto3 here: its single fields have presence unless <c>features.field_presence</c> says <c>IMPLICIT</c>.
/// </summary>
internal static class ProtoPresence
{
    public static void Apply(FileDescriptorProto file, bool isEdition)
    {
        var features = isEdition ? Features.Of(file.Options?.UninterpretedOption, new Features(HasPresence: true, IsPacked: true)) : null;
        foreach (var message in file.MessageType)
            Apply(message, features);
    }

    private static void Apply(DescriptorProto message, Features? features)
    {
        foreach (var field in message.Field)
        {
            if (features is not null && message.Options?.MapEntry != true)
                ApplyFeatures(field, Features.Of(field.Options?.UninterpretedOption, features));
        }

        AddSyntheticOneofs(message);
        foreach (var nested in message.NestedType)
            Apply(nested, features);
    }

    private static void ApplyFeatures(FieldDescriptorProto field, Features features)
    {
        if (field.Label == Label.Optional && !field.HasOneofIndex && features.HasPresence)
            field.Proto3Optional = true;
        if (field.Label == Label.Repeated && !features.IsPacked)
            (field.Options ??= new FieldOptions()).Packed = false;
    }

    private static void AddSyntheticOneofs(DescriptorProto message)
    {
        var taken = message.Field.Select(field => field.Name).Concat(message.OneofDecl.Select(oneof => oneof.Name)).ToHashSet();
        foreach (var field in message.Field.Where(field => field.Proto3Optional))
        {
            var name = field.Name.StartsWith('_') ? field.Name : "_" + field.Name;
            while (!taken.Add(name))
                name = "X" + name;
            field.OneofIndex = message.OneofDecl.Count;
            message.OneofDecl.Add(new OneofDescriptorProto { Name = name });
        }
    }

    /// <summary>What an edition file says about its fields.</summary>
    private sealed record Features(bool HasPresence, bool IsPacked)
    {
        public static Features Of(IEnumerable<UninterpretedOption>? options, Features outer)
        {
            foreach (var option in options ?? [])
            {
                outer = string.Join('.', option.Name.Select(part => part.NamePart_)) switch
                {
                    "features.field_presence" => outer with { HasPresence = option.IdentifierValue != "IMPLICIT" },
                    "features.repeated_field_encoding" => outer with { IsPacked = option.IdentifierValue != "EXPANDED" },
                    _ => outer,
                };
            }

            return outer;
        }
    }
}
