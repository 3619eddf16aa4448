using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>The memory that writes may read from. Found without a lock; a sidecar has a handful of regions.</summary>
internal sealed class VerbsRegistrations(ProtectionDomain domain)
{
    private readonly Lock _changes = new();
    private volatile RegisteredMemory[] _known = [];

    public IDisposable Add(nint address, long lengthBytes)
    {
        var memory = VerbsErrors.Registering(() => RegisteredMemory.Create(domain, address, lengthBytes, RemoteAccess.None));
        lock (_changes)
            _known = [.. _known, memory];
        return new Entry(this, memory);
    }

    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/>: the device does not know it; where memory cannot be
    /// locked, not all can be registered.</exception>
    public uint KeyOf(MemoryPart part)
    {
        foreach (var memory in _known)
        {
            if (memory.Holds(part.Address, part.LengthBytes))
                return memory.LocalKey;
        }
        throw new FabricException(FabricError.Incompatible, $"{part.LengthBytes} bytes at {part.Address:x} are not registered");
    }

    private sealed class Entry(VerbsRegistrations registrations, RegisteredMemory memory) : IDisposable
    {
        public void Dispose()
        {
            lock (registrations._changes)
                registrations._known = [.. registrations._known.Where(one => one != memory)];
            memory.Dispose();
        }
    }
}
