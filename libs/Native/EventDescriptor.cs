using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>An eventfd, non-blocking: signalling it never waits, whatever its reader does.</summary>
public sealed unsafe class EventDescriptor : IDisposable
{
    private readonly Descriptor _descriptor;

    private EventDescriptor(int descriptor) => _descriptor = new Descriptor(descriptor);

    public int Descriptor => _descriptor.Number;

    /// <exception cref="NativeException"/>
    public static EventDescriptor Create()
    {
        var descriptor = EventCalls.eventfd(0, EventCalls.EFD_CLOEXEC | EventCalls.EFD_NONBLOCK);
        return descriptor >= 0 ? new EventDescriptor(descriptor) : throw NativeException.Last("eventfd");
    }

    /// <summary>Takes ownership of a descriptor that came from another process.</summary>
    public static EventDescriptor FromDescriptor(int descriptor) => new(descriptor);

    /// <summary>Adds one. A full counter (EAGAIN) is signalled already.</summary>
    public void Signal()
    {
        ulong one = 1;
        while (FileCalls.write(Descriptor, &one, sizeof(ulong)) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN)
                return;
            if (errno != Errno.EINTR)
                throw new NativeException("write(eventfd)", errno);
        }
    }

    /// <summary>Takes the count and sets it to zero; 0 where there was no signal.</summary>
    public ulong Drain()
    {
        ulong count = 0;
        while (FileCalls.read(Descriptor, &count, sizeof(ulong)) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN)
                return 0;
            if (errno != Errno.EINTR)
                throw new NativeException("read(eventfd)", errno);
        }
        return count;
    }

    public void Dispose() => _descriptor.Dispose();
}
