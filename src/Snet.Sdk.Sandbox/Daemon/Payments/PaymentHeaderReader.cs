using System.Numerics;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>Reads payment headers as the daemon does: missing, repeated and malformed ones are refused (protocol e.3 #2 to #4).</summary>
internal static class PaymentHeaderReader
{
    /// <summary>Reads a number.</summary>
    /// <exception cref="GrpcException">Rows 2 to 4.</exception>
    public static BigInteger Number(GrpcMetadata headers, string name)
    {
        var text = Single(headers, name).Text;
        return GoNumber.TryParse(text, out var value)
            ? value
            : throw new GrpcException(GrpcStatus.InvalidArgument, $"incorrect format \"{name}\": \"{text}\""); // #4
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="GrpcException">Rows 2 and 3.</exception>
    public static string Text(GrpcMetadata headers, string name) => Single(headers, name).Text;

    /// <summary>Reads bytes.</summary>
    /// <exception cref="GrpcException">Rows 2 and 3.</exception>
    public static byte[] Bytes(GrpcMetadata headers, string name) => Single(headers, name).Bytes;

    private static GrpcMetadataEntry Single(GrpcMetadata headers, string name)
    {
        GrpcMetadataEntry? found = null;
        var several = false;
        foreach (var entry in headers)
        {
            if (entry.Name != name)
                continue;
            several = found is not null;
            found = entry;
            if (several)
                break;
        }

        if (several)
        {
            var values = headers.GetAll(name).Select(entry => entry.IsBinary ? GoText.Latin1(entry.Bytes) : entry.Text);
            throw new GrpcException(GrpcStatus.InvalidArgument, $"too many values for key \"{name}\": [{string.Join(' ', values)}]"); // #3
        }

        return found ?? throw new GrpcException(GrpcStatus.InvalidArgument, $"missing \"{name}\""); // #2
    }
}
