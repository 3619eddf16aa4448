using System.Runtime.InteropServices;

namespace K8sMediaFlow.TestKit;

/// <summary>
/// Memory whose last byte stands right before a page that nobody may touch: a read beyond it kills the test run instead of passing
/// unnoticed. Not cleared again between uses, like a block.
/// </summary>
public sealed unsafe class GuardedMemory : IDisposable
{
    private const int PageBytes = 4096;

    private readonly byte* _start;
    private readonly long _mappedBytes;

    public GuardedMemory(int lengthBytes)
    {
        LengthBytes = lengthBytes;
        var bodyBytes = (lengthBytes + PageBytes - 1L) / PageBytes * PageBytes;
        _mappedBytes = bodyBytes + (2 * PageBytes);
        var mapped = mmap(0, (nuint)_mappedBytes, prot: 0, flags: 0x22, fd: -1, offset: 0);
        if (mapped == -1 || mprotect(mapped + PageBytes, (nuint)bodyBytes, prot: 3) != 0)
            throw new InvalidOperationException("mmap failed");
        _start = (byte*)mapped;
    }

    public int LengthBytes { get; }

    public Span<byte> Span => new(_start + _mappedBytes - PageBytes - LengthBytes, LengthBytes);

    /// <summary>The last bytes, so that a shorter content ends at the guard as well.</summary>
    public Span<byte> Last(int lengthBytes) => Span[^lengthBytes..];

    public void Dispose() => _ = munmap((nint)_start, (nuint)_mappedBytes);

    [DllImport("libc", SetLastError = true)]
    private static extern nint mmap(nint addr, nuint length, int prot, int flags, int fd, long offset);

    [DllImport("libc", SetLastError = true)]
    private static extern int mprotect(nint addr, nuint length, int prot);

    [DllImport("libc", SetLastError = true)]
    private static extern int munmap(nint addr, nuint length);
}
