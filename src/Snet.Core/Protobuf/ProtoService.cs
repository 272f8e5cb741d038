using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>One service of a <see cref="ProtoSet"/>.</summary>
internal sealed class ProtoService
{
    public ProtoService(ServiceDescriptor descriptor)
    {
        Descriptor = descriptor;
        Methods = [.. descriptor.Methods.Select(method => new ProtoMethod(method))];
    }

    /// <summary>The descriptor behind it.</summary>
    public ServiceDescriptor Descriptor { get; }

    /// <summary>The package; empty when the file names none.</summary>
    public string Package => Descriptor.File.Package;

    /// <summary>The name without package, by which the platform's metadata calls it.</summary>
    public string Name => Descriptor.Name;

    /// <summary>The name with package.</summary>
    public string FullName => Descriptor.FullName;

    /// <summary>The methods in the file's order.</summary>
    public IReadOnlyList<ProtoMethod> Methods { get; }
}
