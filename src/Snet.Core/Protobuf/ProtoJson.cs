using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>
/// Turns JSON into the bytes of a message and back by its descriptor alone, without generated code. The mapping is proto3's own
/// (https://protobuf.dev/programming-guides/json), with these choices:
/// <list type="bullet">
/// <item>Names come out as the <c>.proto</c> file spells them, since the platform's services and guides show them so. Both these
/// and the lowerCamelCase ones are read.</item>
/// <item>What has no presence always comes out, at its default if need be: <c>result: ""</c>, <c>[]</c>, <c>{}</c>. Fields with
/// presence (messages, <c>optional</c>, members of a oneof) come out when they are set.</item>
/// <item>64-bit integers and bytes (base64) come out as texts; an enum's value that has no name comes out as its number.</item>
/// <item><c>google.protobuf.Any</c> stays in its plain form (<c>type_url</c>, <c>value</c>); so do times out of range. A message that is
/// itself of a type whose JSON is no object (<c>StringValue</c>, <c>Timestamp</c> …) is taken by its plain fields.</item>
/// <item>Fields that proto2 requires are not asked for; the service is the judge of that.</item>
/// </list>
/// </summary>
internal static class ProtoJson
{
    /// <summary>How deep messages may nest, as in Google's own reader.</summary>
    public const int MaxDepth = 100;

    /// <summary>Gives the bytes of a message, fields in the order of their numbers.</summary>
    /// <exception cref="ProtoJsonException">The JSON has a field that is unknown, or a value that its field cannot hold.</exception>
    public static byte[] ToWire(MessageDescriptor message, JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(json);
        return new JsonToWire().Write(message, json);
    }

    /// <summary>Gives the JSON of a message. Fields that the type does not know are left out.</summary>
    /// <exception cref="ProtoJsonException">The bytes are no message.</exception>
    public static JsonObject FromWire(MessageDescriptor message, ReadOnlySpan<byte> wire)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new WireToJson(wire.ToArray()).Read(message);
    }
}
