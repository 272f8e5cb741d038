using Google.Protobuf;
using Google.Protobuf.Reflection;
using System.Text.Json.Nodes;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Which messages each method takes and gives, read from the proto files; and requests from JSON.</summary>
internal static class Messages
{
    private static readonly Dictionary<string, MethodDescriptor> Methods = new FileDescriptor[]
        {
            global::Training.TrainingReflection.Descriptor,
            Snet.Protocol.Escrow.StateServiceReflection.Descriptor,
            Snet.Protocol.Escrow.TokenServiceReflection.Descriptor,
            Snet.Protocol.Escrow.ControlServiceReflection.Descriptor,
            Snet.Sdk.Sandbox.Daemon.Operators.ConfigurationServiceReflection.Descriptor,
            global::Service.ServiceReflection.Descriptor,
            global::Service.PricedReflection.Descriptor,
            global::Grpc.Health.V1.HealthReflection.Descriptor,
        }
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .ToDictionary(method => $"/{method.Service.FullName}/{method.Name}", StringComparer.Ordinal);

    /// <summary>Gives a request's bytes. A text is raw bytes in base64: what methods of no proto file are sent.</summary>
    public static byte[] Request(string method, JsonNode request, Values values)
    {
        if (request is not JsonObject)
            return values.Bytes(request);
        var type = Find(method)?.InputType ?? throw new ScenarioException($"no proto file has the method {method}; its request must be raw bytes");
        try
        {
            return JsonParser.Default.Parse(values.Json(request)!.ToJsonString(), type).ToByteArray();
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new ScenarioException($"the request of {method} is no {type.FullName}: {e.Message}", e);
        }
    }

    /// <summary>Reads an answer.</summary>
    public static IMessage Response(string method, ReadOnlySpan<byte> bytes)
    {
        var type = Find(method)?.OutputType ?? throw new ScenarioException($"no proto file has the method {method}; its answer cannot be read");
        return type.Parser.ParseFrom(bytes);
    }

    private static MethodDescriptor? Find(string method) => Methods.GetValueOrDefault(method);
}
