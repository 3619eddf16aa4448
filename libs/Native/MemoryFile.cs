using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Native;

/// <summary>What can never be done to a memory file again.</summary>
[Flags]
public enum MemorySeals
{
    None = 0,

    /// <summary>No further seals.</summary>
    Seal = 1,

    /// <summary>It cannot become shorter: no mapping can lose its pages, so no SIGBUS.</summary>
    Shrink = 2,

    /// <summary>It cannot become longer.</summary>
    Grow = 4,

    /// <summary>No writes but through writable mappings that exist already.</summary>
    FutureWrite = 16,

    /// <summary>It cannot become executable; the kernel's own addition where it knows the flag.</summary>
    Exec = 32,
}

/// <summary>An anonymous file in memory (memfd): shared by handing over its descriptor, gone when the last holder is.</summary>
public sealed unsafe class MemoryFile : IDisposable
{
    /// <summary>The machine's ordinary page.</summary>
    public const int PageBytes = 4096;

    private readonly Descriptor _descriptor;

    private MemoryFile(Descriptor descriptor, long lengthBytes)
    {
        _descriptor = descriptor;
        LengthBytes = lengthBytes;
    }

    public long LengthBytes { get; }

    /// <summary>The descriptor's number, owned by this object.</summary>
    public int Descriptor => _descriptor.Number;

    /// <exception cref="NativeException"/>
    public MemorySeals Seals
    {
        get
        {
            var seals = FileCalls.fcntl(Descriptor, FileCalls.F_GET_SEALS, 0);
            return seals >= 0 ? (MemorySeals)seals : throw NativeException.Last("fcntl(F_GET_SEALS)");
        }
    }

    /// <param name="name">Shown in /proc/self/fd; at most 249 bytes.</param>
    /// <param name="lengthBytes">Rounded up to whole pages where those are huge.</param>
    /// <param name="pageBytes">A power of two: <see cref="PageBytes"/>, or a size of huge pages that the processor has, of which the
    /// machine has reserved some.</param>
    /// <exception cref="NativeException">Also when the processor has no pages of that size.</exception>
    public static MemoryFile Create(string name, long lengthBytes, long pageBytes = PageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthBytes);
        Invariant.That(long.IsPow2(pageBytes) && pageBytes >= PageBytes);
        if (pageBytes > PageBytes)
            lengthBytes = checked(lengthBytes + pageBytes - 1) / pageBytes * pageBytes;
        var descriptor = new Descriptor(Open(name, pageBytes));
        if (MemoryCalls.ftruncate(descriptor.Number, lengthBytes) == 0)
            return new MemoryFile(descriptor, lengthBytes);
        var failure = NativeException.Last("ftruncate");
        descriptor.Dispose();
        throw failure;
    }

    /// <summary>Takes ownership of a descriptor that came from another process; its length is what the kernel says.</summary>
    /// <exception cref="NativeException">It is no file with a length; the descriptor is closed.</exception>
    public static MemoryFile FromDescriptor(int descriptor)
    {
        var owned = new Descriptor(descriptor);
        var lengthBytes = FileCalls.lseek(descriptor, 0, FileCalls.SEEK_END);
        if (lengthBytes >= 0)
            return new MemoryFile(owned, lengthBytes);
        var failure = NativeException.Last("lseek");
        owned.Dispose();
        throw failure;
    }

    /// <summary>Gives every page its memory now: what is missing is an error here, not a SIGBUS at first touch.</summary>
    /// <exception cref="NativeException">No memory, or not enough huge pages.</exception>
    public void Preallocate()
    {
        while (MemoryCalls.fallocate(Descriptor, 0, 0, LengthBytes) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                throw NativeException.Last("fallocate", $"{LengthBytes} bytes of shared memory are not to be had");
        }
    }

    /// <exception cref="NativeException">EPERM: it was sealed against seals.</exception>
    public void Seal(MemorySeals seals)
    {
        if (FileCalls.fcntl(Descriptor, FileCalls.F_ADD_SEALS, (int)seals) != 0)
            throw NativeException.Last("fcntl(F_ADD_SEALS)");
    }

    public void Dispose() => _descriptor.Dispose();

    private static int Open(string name, long pageBytes)
    {
        var flags = MemoryCalls.MFD_CLOEXEC | MemoryCalls.MFD_ALLOW_SEALING | (pageBytes > PageBytes
            ? MemoryCalls.MFD_HUGETLB | ((uint)long.Log2(pageBytes) << MemoryCalls.MFD_HUGE_SHIFT)
            : 0);
        fixed (byte* text = NativeText.Of(name))
        {
            // Kernels before 6.3 do not know NOEXEC_SEAL; later ones log a warning when it is left out.
            var descriptor = MemoryCalls.memfd_create(text, flags | MemoryCalls.MFD_NOEXEC_SEAL);
            if (descriptor < 0 && Marshal.GetLastPInvokeError() == Errno.EINVAL)
                descriptor = MemoryCalls.memfd_create(text, flags);
            return descriptor >= 0 ? descriptor : throw NativeException.Last("memfd_create");
        }
    }
}
