using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// The one byte sequence among all encodings of a value: one segment, objects in preorder without holes, sections cut after their last
/// word that is not zero. For hashes, signatures and comparison.
/// </summary>
public static class CanonicalForm
{
    /// <summary>Writes the canonical form, without a segment table; returns its bytes, a multiple of 8.</summary>
    /// <param name="root">The root, usually <see cref="MessageReader.RootPointer"/>; its budget is drawn on.</param>
    /// <param name="target">8-byte aligned memory, unmanaged or pinned. <see cref="SizeBytesMax"/> says how much is enough.</param>
    /// <exception cref="CapnProtoException">The source is unsound, exceeds its limits, holds a capability, or does not fit.</exception>
    public static int Write(AnyPointerReader root, Span<byte> target)
    {
        var message = new MessageBuilder(target);
        message.CopyRoot(root, isCanonical: true);
        Invariant.That(message.SegmentCount == 1 && message.UsedBytes(0) <= target.Length);
        return (int)message.UsedBytes(0);
    }

    /// <inheritdoc cref="Write(AnyPointerReader, Span{byte})"/>
    public static int Write(StructReader root, Span<byte> target)
    {
        var message = new MessageBuilder(target);
        message.CopyRoot(root, isCanonical: true);
        Invariant.That(message.SegmentCount == 1 && message.UsedBytes(0) <= target.Length);
        return (int)message.UsedBytes(0);
    }

    /// <summary>
    /// Bytes that a copy or the canonical form of this needs at most, root pointer included; objects reached twice count twice. Costs a
    /// walk through the whole, on the same budget.
    /// </summary>
    /// <exception cref="CapnProtoException">The source is unsound or exceeds its limits.</exception>
    public static long SizeBytesMax(AnyPointerReader root) => 8 + (CopySize.Words(root) * 8);

    /// <summary>Whether a message is in canonical form as it stands.</summary>
    /// <exception cref="CapnProtoException">A pointer is unsound, or the message exceeds its limits.</exception>
    public static bool IsCanonical(ref MessageReader message)
    {
        if (message.SegmentCount != 1)
            return false;
        var check = new CanonicalCheck(message.SegmentAt(0));
        return check.Pointer(message.RootPointer()) && check.IsAtEnd;
    }
}
