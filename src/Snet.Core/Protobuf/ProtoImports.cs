namespace Snet.Protobuf;

/// <summary>Finds what the files of a set import, and puts all files in an order in which each comes after its imports.</summary>
internal sealed class ProtoImports
{
    /// <summary>How long a chain of imports may be.</summary>
    private const int MaxDepth = 100;

    private readonly IReadOnlyList<ProtoFile> _given;
    private readonly Dictionary<string, ProtoFile> _files;
    private readonly HashSet<ProtoFile> _open = [];
    private readonly List<ProtoFile> _ordered = [];

    private ProtoImports(IReadOnlyList<ProtoFile> given) => (_given, _files) = (given, given.ToDictionary(file => file.Proto.Name));

    /// <summary>Gives the files and everything they import, imports first, each with its visible files.</summary>
    /// <exception cref="ProtoParseException">An import is missing or not the only one of its name, or files import each other.</exception>
    public static IReadOnlyList<ProtoFile> Order(IReadOnlyList<ProtoFile> files)
    {
        var imports = new ProtoImports(files);
        foreach (var file in files)
            imports.Visit(file);
        return imports._ordered;
    }

    private void Visit(ProtoFile file)
    {
        if (file.Visible.Count > 0)
            return;

        _open.Add(file);
        var visible = new List<ProtoFile> { file };
        for (var i = 0; i < file.Proto.Dependency.Count; i++)
        {
            var name = file.Proto.Dependency[i];
            var import = Find(file, name);
            if (_open.Contains(import))
                throw file.Error(name, $"\"{name}\" imports this file in turn");
            if (_open.Count >= MaxDepth)
                throw file.Error(name, $"imports nest deeper than {MaxDepth}");
            file.Proto.Dependency[i] = import.Proto.Name;
            Visit(import);
            AddPublic(import, visible);
        }

        file.Visible = visible;
        _ordered.Add(file);
        _open.Remove(file);
    }

    /// <summary>Adds an import and whatever that file shares with all who import it.</summary>
    private void AddPublic(ProtoFile import, List<ProtoFile> visible)
    {
        if (visible.Contains(import))
            return;
        visible.Add(import);
        foreach (var index in import.Proto.PublicDependency)
            AddPublic(_files[import.Proto.Dependency[index]], visible);
    }

    private ProtoFile Find(ProtoFile importer, string name)
    {
        if (_files.TryGetValue(name, out var file))
            return file;
        if (WellKnownProtos.Find(name) is { } wellKnown)
            return _files[name] = wellKnown;

        // Archives are flat, while their files may have been written for folders.
        var sameBareName = _given.Where(other => BareName(other.Proto.Name) == BareName(name)).Take(2).ToList();
        if (sameBareName.Count > 1)
            throw importer.Error(name, $"\"{name}\" is missing, and more than one file is called \"{BareName(name)}\"");
        if (sameBareName.Count == 1)
            return sameBareName[0];
        return BareName(name) == TrainingProto.FileName
            ? _files[TrainingProto.FileName] = ProtoParser.Parse(TrainingProto.FileName, TrainingProto.ReadText())
            : throw importer.Error(name, $"the file \"{name}\" is imported and missing");
    }

    private static string BareName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}
