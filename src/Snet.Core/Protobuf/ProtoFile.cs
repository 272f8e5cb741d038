using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>What a name of a <c>.proto</c> file stands for, as far as the search for names must know.</summary>
internal enum ProtoSymbol
{
    Package,
    Message,
    Enum,
    Service,
    Extension,
    Other,
}

/// <summary>One <c>.proto</c> file: its descriptor, where its elements stand, which names it gives and which files it sees.</summary>
internal sealed class ProtoFile
{
    /// <summary>The longest full name, in characters. Deep nesting of long names would multiply the size of the file.</summary>
    public const int MaxFullNameLength = 512;

    private readonly IReadOnlyDictionary<object, ProtoPosition> _positions;
    private readonly Dictionary<string, ProtoSymbol> _symbols = [];

    public ProtoFile(FileDescriptorProto proto, IReadOnlyDictionary<object, ProtoPosition> positions)
    {
        (Proto, _positions) = (proto, positions);
        DeclarePackage();
        DeclareTypes(proto.Package, proto.MessageType, proto.EnumType, proto.Extension);
        foreach (var service in proto.Service)
            DeclareService(service);
    }

    public FileDescriptorProto Proto { get; }

    /// <summary>The files whose names count here: this one, its imports, and what those import publicly.</summary>
    public IReadOnlyList<ProtoFile> Visible { get; set; } = [];

    /// <summary>Joins a name to the scope it stands in; the outermost scope is empty.</summary>
    public static string Join(string scope, string name) => scope.Length == 0 ? name : $"{scope}.{name}";

    /// <summary>Says what a full name stands for in the files that are visible here; null when it is unknown.</summary>
    public ProtoSymbol? Find(string fullName)
    {
        foreach (var file in Visible)
        {
            if (file._symbols.TryGetValue(fullName, out var symbol))
                return symbol;
        }

        return null;
    }

    /// <summary>Makes the error about an element of this file.</summary>
    public ProtoParseException Error(object element, string problem)
        => new(Proto.Name, _positions.GetValueOrDefault(element), problem);

    private void DeclarePackage()
    {
        for (var end = Proto.Package.Length; end > 0; end = Proto.Package.LastIndexOf('.', end - 1))
            _symbols[Proto.Package[..end]] = ProtoSymbol.Package;
    }

    private void DeclareTypes(
        string scope, IEnumerable<DescriptorProto> messages, IEnumerable<EnumDescriptorProto> enums,
        IEnumerable<FieldDescriptorProto> extensions)
    {
        foreach (var message in messages)
            DeclareMessage(scope, message);
        foreach (var extension in extensions)
            Declare(scope, extension.Name, extension, ProtoSymbol.Extension);
        foreach (var type in enums)
        {
            Declare(scope, type.Name, type, ProtoSymbol.Enum);
            foreach (var value in type.Value)
                Declare(scope, value.Name, value, ProtoSymbol.Other); // beside the enum, as in C
        }
    }

    private void DeclareMessage(string scope, DescriptorProto message)
    {
        var name = Declare(scope, message.Name, message, ProtoSymbol.Message);
        foreach (var field in message.Field)
            Declare(name, field.Name, field, ProtoSymbol.Other);
        foreach (var oneof in message.OneofDecl)
            Declare(name, oneof.Name, oneof, ProtoSymbol.Other);
        DeclareTypes(name, message.NestedType, message.EnumType, message.Extension);
    }

    private void DeclareService(ServiceDescriptorProto service)
    {
        var name = Declare(Proto.Package, service.Name, service, ProtoSymbol.Service);
        foreach (var method in service.Method)
            Declare(name, method.Name, method, ProtoSymbol.Other);
    }

    private string Declare(string scope, string name, object element, ProtoSymbol symbol)
    {
        var fullName = Join(scope, name);
        if (fullName.Length > MaxFullNameLength)
            throw Error(element, $"the full name of \"{name}\" is longer than {MaxFullNameLength} characters");
        return _symbols.TryAdd(fullName, symbol) ? fullName : throw Error(element, $"\"{fullName}\" is defined a second time");
    }
}
