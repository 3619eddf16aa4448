namespace K8sMediaFlow.Native;

/// <summary>
/// Spans over memory that is known by address only, for rooms that have no unsafe code of their own. Safety: the caller owns
/// the address and length (a mapping, a pinned array) for as long as it uses the span.
/// </summary>
public static unsafe class RawMemory
{
    public static Span<byte> Span(nint address, int lengthBytes) => new((void*)address, lengthBytes);

    public static ReadOnlySpan<byte> ReadOnlySpan(nint address, int lengthBytes) => new((void*)address, lengthBytes);
}
