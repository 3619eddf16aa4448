using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Attaching;

/// <summary>
/// One datagram of the attach protocol: bytes, and the descriptors beside them. Disposing closes those that were not taken.
/// </summary>
public sealed class AttachMessage : IDisposable
{
    private readonly byte[] _bytes;
    private readonly int[] _descriptors;

    internal AttachMessage(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors)
    {
        _bytes = bytes.ToArray();
        _descriptors = descriptors.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public int DescriptorCount => _descriptors.Length;

    /// <summary>Takes a descriptor as shared memory.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.BadMessage"/>: there is none of that number, or it is no
    /// memory.</exception>
    public MemoryFile TakeMemory(int index)
    {
        var descriptor = Take(index);
        try
        {
            return MemoryFile.FromDescriptor(descriptor);
        }
        catch (NativeException failure)
        {
            throw new StagingException(StagingError.BadMessage, $"descriptor {index} is no memory: {failure.Message}", failure);
        }
    }

    /// <summary>Takes a descriptor as an eventfd.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.BadMessage"/></exception>
    public EventDescriptor TakeEvent(int index) => EventDescriptor.FromDescriptor(Take(index));

    public void Dispose()
    {
        foreach (ref var descriptor in _descriptors.AsSpan())
        {
            if (descriptor >= 0)
                new Descriptor(descriptor).Dispose();
            descriptor = -1;
        }
    }

    private int Take(int index)
    {
        if ((uint)index >= (uint)_descriptors.Length || _descriptors[index] < 0)
            throw new StagingException(StagingError.BadMessage, $"the message carries no descriptor {index}");
        var descriptor = _descriptors[index];
        _descriptors[index] = -1;
        return descriptor;
    }
}
