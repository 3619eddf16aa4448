namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>The packed encoding written straight from its specification, a byte at a time.</summary>
internal static class SlowUnpacker
{
    /// <summary>One framed message; null where it is cut, implausible, or longer than allowed.</summary>
    public static byte[]? Message(byte[] packed, int lengthMax)
    {
        var unpacked = new List<byte>();
        var (neededBytes, at) = (8L, 0);
        while (unpacked.Count < neededBytes && neededBytes <= lengthMax)
        {
            if (!Item(packed, ref at, unpacked))
                return null;
            neededBytes = Math.Max(neededBytes, Needed(unpacked, neededBytes));
        }

        return unpacked.Count == neededBytes && neededBytes <= lengthMax ? unpacked.ToArray() : null;
    }

    private static bool Item(byte[] packed, ref int at, List<byte> unpacked)
    {
        if (at >= packed.Length)
            return false;
        var tag = packed[at++];
        for (var bit = 0; bit < 8; bit++)
        {
            if ((tag >> bit & 1) != 0 && at >= packed.Length)
                return false;
            unpacked.Add((tag >> bit & 1) != 0 ? packed[at++] : (byte)0);
        }

        return tag is not (0 or 0xff) || Run(packed, ref at, unpacked, tag == 0xff);
    }

    private static bool Run(byte[] packed, ref int at, List<byte> unpacked, bool isLiteral)
    {
        if (at >= packed.Length)
            return false;
        for (var count = packed[at++] * 8; count > 0; count--)
        {
            if (isLiteral && at >= packed.Length)
                return false;
            unpacked.Add(isLiteral ? packed[at++] : (byte)0);
        }

        return true;
    }

    /// <summary>What the table, as far as it is there, asks for.</summary>
    private static long Needed(List<byte> framed, long neededBytes)
    {
        var bytes = framed.ToArray();
        if (bytes.Length < 8)
            return neededBytes;
        var count = BitConverter.ToUInt32(bytes) + 1L;
        if (count > 512)
            return long.MaxValue;
        var tableBytes = ((count / 2) + 1) * 8;
        if (bytes.Length < tableBytes)
            return tableBytes;
        for (var index = 0; index < count; index++)
            tableBytes += BitConverter.ToUInt32(bytes, 4 + (4 * index)) * 8L;
        return tableBytes;
    }
}
