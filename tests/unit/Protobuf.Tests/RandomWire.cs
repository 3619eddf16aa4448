namespace K8sMediaFlow.Protobuf.Tests;

/// <summary>Bytes that are nearly fields: tags, lengths and numbers, also overlong ones and ones of more than 32 bits.</summary>
internal static class RandomWire
{
    public static byte[] Bytes(Random random) => [.. Fields(random, depth: 3)];

    private static List<byte> Fields(Random random, int depth)
    {
        var bytes = new List<byte>();
        for (var left = random.Next(4); left > 0; left--)
            bytes.AddRange(Field(random, depth));
        if (random.Next(6) == 0 && bytes.Count > 0)
            bytes.RemoveAt(random.Next(bytes.Count));
        return bytes;
    }

    private static byte[] Field(Random random, int depth)
    {
        var number = (ulong)random.Next(random.Next(8) == 0 ? 1 : 2, 40);
        return random.Next(8) switch
        {
            0 => [.. Head(random, (number << 3) | 0), .. Varint(random, (ulong)random.NextInt64() >> random.Next(63))],
            1 => [.. Head(random, (number << 3) | 1), .. Raw(random, 8)],
            2 => [.. Head(random, (number << 3) | 5), .. Raw(random, 4)],
            3 => [.. Head(random, (number << 3) | 3), .. depth > 0 ? Fields(random, depth - 1) : [], .. Head(random, (number << 3) | 4)],
            4 => [.. Head(random, (ulong)random.Next(400))],
            5 => Raw(random, random.Next(6)),
            _ => Delimited(random, number, depth > 0 ? Fields(random, depth - 1) : []),
        };
    }

    private static byte[] Delimited(Random random, ulong number, List<byte> content) =>
        [.. Head(random, (number << 3) | 2),
            .. Head(random, (ulong)(content.Count + (random.Next(10) == 0 ? random.Next(-1, 2) & 0xff : 0))), .. content];

    /// <summary>A tag or a length, sometimes with bits above the lowest 32.</summary>
    private static byte[] Head(Random random, ulong value) =>
        Varint(random, random.Next(6) == 0 ? value | 1UL << random.Next(24, 64) : value);

    private static byte[] Varint(Random random, ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        for (var overlong = random.Next(8) == 0 ? random.Next(10) : 0; overlong > 0; overlong--)
        {
            bytes[^1] |= 0x80;
            bytes.Add(0);
        }

        return [.. bytes];
    }

    private static byte[] Raw(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
