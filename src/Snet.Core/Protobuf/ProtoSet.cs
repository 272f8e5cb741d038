using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>The <c>.proto</c> files of one service, read and linked: what an archive from the storage holds.</summary>
internal sealed class ProtoSet
{
    private const int DefaultMaxLength = 1 << 20;

    private ProtoSet(IReadOnlyList<FileDescriptor> files)
    {
        Files = files;
        Services = [.. files.SelectMany(file => file.Services).Select(service => new ProtoService(service))];
    }

    /// <summary>The descriptors of the given files, imports first. Files that were supplied to them are not listed.</summary>
    public IReadOnlyList<FileDescriptor> Files { get; }

    /// <summary>All services of these files, in the files' order.</summary>
    public IReadOnlyList<ProtoService> Services { get; }

    /// <summary>
    /// Reads a set of files. <c>google/protobuf/*.proto</c> are always supplied, <c>training.proto</c> where the set lacks it; an
    /// import with folders finds a file that is there under its bare name.
    /// </summary>
    /// <param name="files">The texts by file name.</param>
    /// <param name="maxLength">The longest text accepted, in characters.</param>
    /// <exception cref="ProtoParseException">A file is too long or wrong, an import is missing, a name is unknown.</exception>
    public static ProtoSet Parse(IReadOnlyDictionary<string, string> files, int maxLength = DefaultMaxLength)
    {
        ArgumentNullException.ThrowIfNull(files);
        var given = new List<ProtoFile>();
        foreach (var (name, text) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            if (WellKnownProtos.Contains(name))
                continue;
            if (text.Length > maxLength)
                throw new ProtoParseException(name, default, $"the text has {text.Length} characters; {maxLength} are allowed");
            given.Add(ProtoParser.Parse(name, text));
        }

        var ordered = ProtoImports.Order(given);
        foreach (var file in ordered)
            ProtoLinker.Link(file);
        var names = given.Select(file => file.Proto.Name).ToHashSet();
        return new ProtoSet([.. Build(ordered).Where(file => names.Contains(file.Name))]);
    }

    /// <summary>Finds methods.</summary>
    /// <param name="methodName">The method's name as in the file, or its full path (<c>/package.Service/method</c>).</param>
    /// <param name="serviceName">The service's simple or full name; null for all services.</param>
    /// <returns>Every match, so that the caller can tell "none" from "more than one".</returns>
    public IReadOnlyList<ProtoMethod> FindMethod(string methodName, string? serviceName = null) =>
    [
        .. from service in Services
           where serviceName is null || service.Name == serviceName || service.FullName == serviceName
           from method in service.Methods
           where method.Name == methodName || method.Path == methodName
           select method,
    ];

    private static IReadOnlyList<FileDescriptor> Build(IReadOnlyList<ProtoFile> files)
    {
        try
        {
            return FileDescriptor.BuildFromByteStrings(files.Select(file => file.Proto.ToByteString()));
        }
        catch (DescriptorValidationException problem)
        {
            throw new ProtoParseException(problem.ProblemSymbolName, default, problem.Description, problem);
        }
    }
}
