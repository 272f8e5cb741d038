namespace Snet.Sdk.Training.Datasets;

/// <summary>The numbers in a tar header: octal digits, or bytes after a first byte with the high bit (GNU).</summary>
internal static class TarNumber
{
    /// <summary>Gives the number; <see langword="null"/> when the field holds none, or one beyond 63 bits.</summary>
    public static long? Read(ReadOnlySpan<byte> field) => (field[0] & 0x80) != 0 ? ReadBinary(field) : ReadOctal(field);

    private static long? ReadOctal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
                return null;
            value = (value << 3) + (digit - '0');
        }

        return value;
    }

    private static long? ReadBinary(ReadOnlySpan<byte> field)
    {
        long value = field[0] & 0x7F;
        foreach (var digit in field[1..])
        {
            if (value > long.MaxValue >> 8)
                return null;
            value = (value << 8) + digit;
        }

        return value;
    }
}
