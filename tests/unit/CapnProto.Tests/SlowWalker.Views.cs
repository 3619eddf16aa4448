using System.Numerics;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// What a list may be read as: numbers no wider than its elements' data, structs unless it is of bits, pointers if it has some,
/// the first bits of its memory if it is of bits or of numbers.
/// </summary>
internal sealed partial class SlowWalker
{
    private void Views(BigInteger segment, BigInteger start, BigInteger count, int stepBytes, int dataBytes, bool isBits, bool isFlat)
    {
        if (!withViews || count == 0)
            return;
        var memory = segments[(int)segment].AsSpan((int)start).ToArray();
        foreach (var width in (int[])[1, 2, 4, 8])
            View(dataBytes >= width, count, index => Number(memory, index * stepBytes, width));
        View(isBits || (isFlat && dataBytes > 0), count, index => (ulong)((memory[index / 8] >> (index % 8)) & 1));
        View(stepBytes > dataBytes, count, index => Number(memory, (index * stepBytes) + dataBytes, 8) == 0 ? 0UL : 1);
        if (isBits)
            _digest.Add(ListViews.Refused);
        for (var index = 0; !isBits && index < count; index++)
        {
            _digest.Add(dataBytes >= 2 ? Number(memory, index * stepBytes, 2) : 0);
            _digest.Add(stepBytes > dataBytes && Number(memory, (index * stepBytes) + dataBytes, 8) != 0 ? 1UL : 0);
        }
    }

    private void View(bool isAllowed, BigInteger count, Func<int, ulong> element)
    {
        if (!isAllowed)
            _digest.Add(ListViews.Refused);
        for (var index = 0; isAllowed && index < count; index++)
            _digest.Add(element(index));
    }

    private static ulong Number(byte[] memory, int at, int width)
    {
        var number = 0UL;
        for (var index = width - 1; index >= 0; index--)
            number = (number << 8) | memory[at + index];
        return number;
    }
}
