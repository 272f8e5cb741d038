using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>One method of a service: how to call it, and what its options say.</summary>
internal sealed class ProtoMethod
{
    private readonly Dictionary<string, UninterpretedOption> _options = [];

    public ProtoMethod(MethodDescriptor descriptor)
    {
        Descriptor = descriptor;
        TrainingModelIdField = TrainingProto.FindModelIdField(descriptor.InputType);
        foreach (var option in descriptor.GetOptions()?.UninterpretedOption ?? [])
            _options.TryAdd(string.Join('.', option.Name.Select(part => part.NamePart_)).TrimStart('.'), option);
    }

    /// <summary>The descriptor behind it.</summary>
    public MethodDescriptor Descriptor { get; }

    /// <summary>The package; empty when the file names none.</summary>
    public string Package => Descriptor.File.Package;

    /// <summary>The service's name without package.</summary>
    public string ServiceName => Descriptor.Service.Name;

    /// <summary>The service's name with package.</summary>
    public string ServiceFullName => Descriptor.Service.FullName;

    /// <summary>The method's name, as the file spells it.</summary>
    public string Name => Descriptor.Name;

    /// <summary>The path of its gRPC calls: <c>/package.Service/method</c>.</summary>
    public string Path => $"/{ServiceFullName}/{Name}";

    /// <summary>The request's type.</summary>
    public MessageDescriptor Input => Descriptor.InputType;

    /// <summary>The answer's type.</summary>
    public MessageDescriptor Output => Descriptor.OutputType;

    /// <summary>Whether the client sends a stream.</summary>
    public bool IsClientStreaming => Descriptor.IsClientStreaming;

    /// <summary>Whether the service sends a stream.</summary>
    public bool IsServerStreaming => Descriptor.IsServerStreaming;

    /// <summary>The request's field that names a trained model; null when the method cannot be trained.</summary>
    public FieldDescriptor? TrainingModelIdField { get; }

    /// <summary>The path of the method that names this one's price for each request; null when the price is published.</summary>
    public string? PricingMethod => GetTextOption("pricing.my_method_option.estimatePriceMethod");

    /// <summary>Reads an option that is a text.</summary>
    /// <param name="fullName">The extension's full name, then fields inside: <c>pricing.my_method_option.estimatePriceMethod</c>.</param>
    /// <returns>The text; null when the option is not set or no text.</returns>
    public string? GetTextOption(string fullName)
        => _options.TryGetValue(fullName, out var option) && option.HasStringValue ? option.StringValue.ToStringUtf8() : null;

    /// <summary>Reads an option that is a whole number from 0.</summary>
    /// <param name="fullName">The extension's full name, such as <c>training.dataset_max_size_mb</c>.</param>
    /// <returns>The number; null when the option is not set or no such number.</returns>
    public ulong? GetNumberOption(string fullName)
        => _options.TryGetValue(fullName, out var option) && option.HasPositiveIntValue ? option.PositiveIntValue : null;
}
