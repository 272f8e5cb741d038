using Google.Protobuf.Reflection;
using FileOptions = Google.Protobuf.Reflection.FileOptions;

namespace Snet.Protobuf;

/// <summary>
/// Reads the text of one <c>.proto</c> file (proto3, proto2 without groups, editions as proto3 with presence) by the published
/// language specification. Names of types stay as written: <see cref="ProtoLinker"/> resolves them.
/// </summary>
internal sealed partial class ProtoParser
{
    /// <summary>How deep messages and option values may nest, as in protoc.</summary>
    private const int MaxDepth = 32;

    private readonly FileDescriptorProto _file;
    private readonly ProtoTokenReader _reader;
    private readonly Dictionary<object, ProtoPosition> _positions = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _imports = [];
    private bool _isProto2 = true;
    private bool _isEdition;

    private ProtoParser(string file, string text)
        => (_file, _reader) = (new FileDescriptorProto { Name = file }, new ProtoTokenReader(file, text));

    /// <summary>Reads one file.</summary>
    /// <exception cref="ProtoParseException">The text breaks the grammar.</exception>
    public static ProtoFile Parse(string file, string text) => new ProtoParser(file, text).ReadFile();

    private ProtoFile ReadFile()
    {
        ReadSyntax();
        while (!_reader.AtEnd)
            ReadStatement();

        ProtoPresence.Apply(_file, _isEdition);
        return new ProtoFile(_file, _positions);
    }

    /// <summary>Remembers where an element stands, for messages about it that come later.</summary>
    private T Mark<T>(T element, ProtoPosition position) where T : class
    {
        _positions[element] = position;
        return element;
    }

    private void ReadSyntax()
    {
        _isEdition = _reader.Current.Is("edition");
        if (!_isEdition && !_reader.Current.Is("syntax"))
            return;

        _reader.Take();
        _reader.Expect("=");
        var position = _reader.Current.Position;
        var level = _reader.TakeText("a quoted syntax level");
        var isKnown = _isEdition ? level is "2023" or "2024" : level is "proto2" or "proto3";
        if (!isKnown)
            throw _reader.Error(position, $"\"{level}\" is unknown; expected {(_isEdition ? "edition 2023 or 2024" : "proto2 or proto3")}");
        _reader.Expect(";");

        _isProto2 = level == "proto2";
        if (!_isProto2)
            _file.Syntax = "proto3";
    }

    private void ReadStatement()
    {
        var start = _reader.Current;
        switch (start.Text)
        {
            case ";":
                _reader.Take();
                break;
            case "package":
                ReadPackage();
                break;
            case "import":
                ReadImport();
                break;
            case "option":
                ReadOptionStatement((_file.Options ??= new FileOptions()).UninterpretedOption);
                break;
            case "message":
                _file.MessageType.Add(ReadMessage(depth: 1));
                break;
            case "enum":
                _file.EnumType.Add(ReadEnum());
                break;
            case "extend":
                ReadExtend(_file.Extension);
                break;
            case "service":
                _file.Service.Add(ReadService());
                break;
            default:
                throw _reader.Expected("package, import, option, message, enum, extend or service");
        }
    }

    private void ReadPackage()
    {
        var start = _reader.Take();
        if (_file.HasPackage)
            throw _reader.Error(start.Position, "the package is given a second time");
        _file.Package = _reader.TakeDottedName("a package name", leadingDot: false);
        _reader.Expect(";");
    }

    private void ReadImport()
    {
        var position = _reader.Take().Position;
        if (_reader.TryTake("public"))
            _file.PublicDependency.Add(_file.Dependency.Count);
        else if (_reader.TryTake("weak"))
            _file.WeakDependency.Add(_file.Dependency.Count);

        var name = _reader.TakeText("the quoted name of a file");
        if (!_imports.Add(name))
            throw _reader.Error(position, $"\"{name}\" is imported a second time");
        _file.Dependency.Add(name);
        Mark(name, position);
        _reader.Expect(";");
    }

    private ServiceDescriptorProto ReadService()
    {
        var start = _reader.Take();
        var service = Mark(new ServiceDescriptorProto { Name = _reader.TakeName("the service's name") }, start.Position);
        _reader.Expect("{");
        while (!_reader.TryTake("}"))
        {
            if (_reader.Current.Is("option"))
                ReadOptionStatement((service.Options ??= new ServiceOptions()).UninterpretedOption);
            else if (_reader.Current.Is("rpc"))
                service.Method.Add(ReadMethod());
            else if (!_reader.TryTake(";"))
                throw _reader.Expected("rpc, option or '}'");
        }

        return service;
    }

    private MethodDescriptorProto ReadMethod()
    {
        var start = _reader.Take();
        var method = Mark(new MethodDescriptorProto { Name = _reader.TakeName("the method's name") }, start.Position);
        (var isStream, method.InputType) = ReadMethodType();
        if (isStream)
            method.ClientStreaming = true;
        _reader.Expect("returns");
        (isStream, method.OutputType) = ReadMethodType();
        if (isStream)
            method.ServerStreaming = true;
        if (_reader.TryTake(";"))
            return method;

        _reader.Expect("{");
        while (!_reader.TryTake("}"))
        {
            if (_reader.Current.Is("option"))
                ReadOptionStatement((method.Options ??= new MethodOptions()).UninterpretedOption);
            else if (!_reader.TryTake(";"))
                throw _reader.Expected("option or '}'");
        }

        return method;
    }

    private (bool IsStream, string Type) ReadMethodType()
    {
        _reader.Expect("(");
        var isStream = _reader.TryTake("stream");
        var type = _reader.TakeDottedName("the name of a message");
        _reader.Expect(")");
        return (isStream, type);
    }
}
