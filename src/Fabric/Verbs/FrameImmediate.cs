using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>The 32 bits that come with a frame: the slot above, the low bits of the write's number below.</summary>
internal static class FrameImmediate
{
    private const int SequenceBits = 8;

    /// <summary>Slots are numbers of blocks in one region: 64 GiB of the smallest blocks.</summary>
    public const uint SlotMax = (1u << (32 - SequenceBits)) - 1;

    public static uint Of(uint slot, ulong number)
    {
        Invariant.That(slot <= SlotMax);
        return (slot << SequenceBits) | (byte)number;
    }

    public static uint Slot(uint immediate) => immediate >> SequenceBits;

    public static bool IsNumber(uint immediate, ulong number) => (byte)immediate == (byte)number;
}
