using System.Runtime.InteropServices;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>Registered copies of the headers that are under way, and the zeroes that segments are padded with.</summary>
internal sealed class HeaderShelf : IDisposable
{
    private readonly byte[] _bytes;
    private readonly RegisteredMemory _memory;

    public HeaderShelf(ProtectionDomain domain, int cells)
    {
        _bytes = GC.AllocateArray<byte>(FrameHeaderPrefix.Alignment + cells * FrameHeaderPrefix.SizeBytes, pinned: true);
        Zeroes = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _memory = VerbsErrors.Registering(() => RegisteredMemory.Create(domain, Zeroes, _bytes.Length, RemoteAccess.None));
    }

    public uint Key => _memory.LocalKey;

    public nint Zeroes { get; }

    public nint Address(int cell)
    {
        var offset = FrameHeaderPrefix.Alignment + cell * FrameHeaderPrefix.SizeBytes;
        Invariant.That(cell >= 0 && offset + FrameHeaderPrefix.SizeBytes <= _bytes.Length);
        return Zeroes + offset;
    }

    public Span<byte> Bytes(int cell) => RawMemory.Span(Address(cell), FrameHeaderPrefix.SizeBytes);

    public void Dispose() => _memory.Dispose();
}
