using Google.Protobuf;
using Wire = global::Training;

namespace Snet.Sdk.Training.Uploads;

/// <summary>Writes everything of an upload's message but the data itself, which stands last so that it needs no copy: fields may come in any order.</summary>
internal static class PartHead
{
    /// <summary>Gives the bytes that come before the data.</summary>
    /// <param name="authorization">What the daemon checks.</param>
    /// <param name="input">The part without its data.</param>
    /// <param name="size">The size of the data, in bytes.</param>
    public static byte[] Write(Wire.AuthorizationDetails authorization, Wire.UploadInput input, int size)
    {
        var start = new Wire.UploadAndValidateRequest { Authorization = authorization };
        var inputSize = input.CalculateSize();
        var whole = inputSize + 1 + CodedOutputStream.ComputeLengthSize(size) + size;
        var head = new byte[start.CalculateSize() + 1 + CodedOutputStream.ComputeLengthSize(whole) + whole - size];

        using var output = new CodedOutputStream(head);
        start.WriteTo(output);
        output.WriteTag(Wire.UploadAndValidateRequest.UploadInputFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteLength(whole);
        input.WriteTo(output);
        output.WriteTag(Wire.UploadInput.DataFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteLength(size);
        output.CheckNoSpaceLeft();
        return head;
    }
}
