namespace K8sMediaFlow.CapnProto;

/// <summary>A piece of a message at its address, for a sender that works with addresses: an RNIC, <c>sendmsg</c>.</summary>
/// <param name="Address">Zero for an external segment, whose memory the builder never knew.</param>
/// <param name="LengthBytes">May exceed what a span can hold.</param>
public readonly record struct MessagePart(nint Address, long LengthBytes)
{
    /// <exception cref="OverflowException">The part is longer than a span can be.</exception>
    public unsafe ReadOnlySpan<byte> Span => new((void*)Address, checked((int)LengthBytes));
}
