using K8sMediaFlow.Native.Libc;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Native;

public enum MemoryAccess
{
    ReadOnly,
    ReadWrite,
}

/// <summary>A memory file in this process's address space.</summary>
/// <remarks>
/// Safety: spans and addresses taken from it are good until <see cref="Dispose"/>. The caller that disposes it first makes sure that no
/// thread still uses one. There is no finalizer: a collector that unmaps while a thread is still inside a method of the last owner would
/// crash the process, and a mapping that was never disposed only costs address space.
/// </remarks>
public sealed unsafe class MappedMemory : IDisposable
{
    // As an integer: Interlocked has no overload for pointers, and two disposers must not both unmap.
    private nint _address;
    private readonly Lock _populating = new();

    private MappedMemory(byte* pointer, long lengthBytes, MemoryAccess access)
    {
        _address = (nint)pointer;
        LengthBytes = lengthBytes;
        Access = access;
    }

    public long LengthBytes { get; }

    public MemoryAccess Access { get; }

    /// <exception cref="ObjectDisposedException"/>
    public byte* Pointer
    {
        get
        {
            var address = _address;
            ObjectDisposedException.ThrowIf(address == 0, this);
            return (byte*)address;
        }
    }

    /// <exception cref="ObjectDisposedException"/>
    public nint Address => (nint)Pointer;

    /// <summary>Maps the whole file, shared.</summary>
    /// <param name="populate">Fill the page tables now, so that no page fault comes later.</param>
    /// <exception cref="NativeException">EPERM for <see cref="MemoryAccess.ReadWrite"/>: the file is sealed against new writable
    /// mappings.</exception>
    public static MappedMemory Map(MemoryFile file, MemoryAccess access, bool populate = true)
    {
        ArgumentOutOfRangeException.ThrowIfZero(file.LengthBytes);
        var protection = MemoryCalls.PROT_READ | (access == MemoryAccess.ReadWrite ? MemoryCalls.PROT_WRITE : 0);
        var flags = MemoryCalls.MAP_SHARED | (populate ? MemoryCalls.MAP_POPULATE : 0);
        var address = MemoryCalls.mmap(null, (nuint)file.LengthBytes, protection, flags, file.Descriptor, 0);
        if (address == MemoryCalls.MAP_FAILED)
            throw NativeException.Last("mmap", $"{file.LengthBytes} bytes {access}");
        return new MappedMemory((byte*)address, file.LengthBytes, access);
    }

    /// <summary>
    /// Maps the whole file, shared, and returns at once: page tables are filled behind the caller, from the beginning. The file's pages
    /// must all have their memory (<see cref="MemoryFile.Preallocate"/>). On Linux before 5.14 this is <see cref="Map"/>.
    /// </summary>
    /// <exception cref="NativeException">As <see cref="Map"/>.</exception>
    public static MappedMemory MapAndPopulateBehind(MemoryFile file, MemoryAccess access)
    {
        var memory = Map(file, access, populate: false);
        if (memory.TryPopulate(0, MemoryFile.PageBytes))
        {
            PagePopulation.Begin(memory);
            return memory;
        }
        memory.Dispose();
        return Map(file, access);
    }

    /// <summary>Fills page tables; false when it cannot, or the mapping is disposed.</summary>
    internal bool TryPopulate(long offset, long lengthBytes)
    {
        var advice = Access == MemoryAccess.ReadWrite ? MemoryCalls.MADV_POPULATE_WRITE : MemoryCalls.MADV_POPULATE_READ;
        // After munmap the same addresses may be another's.
        lock (_populating)
            return _address != 0 && MemoryCalls.madvise((byte*)_address + offset, (nuint)lengthBytes, advice) == 0;
    }

    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the mapping.</exception>
    public Span<byte> Span(long offset, int lengthBytes)
    {
        Invariant.That(Access == MemoryAccess.ReadWrite);
        CheckRange(offset, lengthBytes);
        return new Span<byte>(Pointer + offset, lengthBytes);
    }

    /// <inheritdoc cref="Span"/>
    public ReadOnlySpan<byte> ReadOnlySpan(long offset, int lengthBytes)
    {
        CheckRange(offset, lengthBytes);
        return new ReadOnlySpan<byte>(Pointer + offset, lengthBytes);
    }

    public void Dispose()
    {
        lock (_populating)
        {
            var address = Interlocked.Exchange(ref _address, 0);
            if (address != 0)
                _ = MemoryCalls.munmap((void*)address, (nuint)LengthBytes);
        }
    }

    private void CheckRange(long offset, int lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, LengthBytes - lengthBytes);
    }
}
