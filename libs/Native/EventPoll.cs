using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>An epoll set, edge-triggered for what can be read and for hang-up. Add and Remove from any thread.</summary>
public sealed unsafe class EventPoll : IDisposable
{
    private const int EventsMax = 64;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TagOffset = EventBytes - sizeof(ulong);

    private readonly Descriptor _descriptor;

    public EventPoll()
    {
        var descriptor = EventCalls.epoll_create1(EventCalls.EPOLL_CLOEXEC);
        if (descriptor < 0)
            throw NativeException.Last("epoll_create1");
        _descriptor = new Descriptor(descriptor);
    }

    /// <summary>Can itself be in another set: it has something new when one of its own has.</summary>
    public int Descriptor => _descriptor.Number;

    /// <summary>The tag comes back from <see cref="Wait"/> when the descriptor has something new.</summary>
    /// <exception cref="NativeException"/>
    public void Add(int descriptor, ulong tag)
    {
        var entry = stackalloc byte[EventBytes];
        Unsafe.WriteUnaligned(entry, EventCalls.EPOLLIN | EventCalls.EPOLLRDHUP | EventCalls.EPOLLET);
        Unsafe.WriteUnaligned(entry + TagOffset, tag);
        if (EventCalls.epoll_ctl(_descriptor.Number, EventCalls.EPOLL_CTL_ADD, descriptor, entry) != 0)
            throw NativeException.Last("epoll_ctl(ADD)");
    }

    /// <exception cref="NativeException"/>
    public void Remove(int descriptor)
    {
        var unused = stackalloc byte[EventBytes];
        if (EventCalls.epoll_ctl(_descriptor.Number, EventCalls.EPOLL_CTL_DEL, descriptor, unused) != 0)
            throw NativeException.Last("epoll_ctl(DEL)");
    }

    /// <summary>Waits for <paramref name="timeoutMs"/> at most; a signal may end the wait early with none.</summary>
    /// <returns>How many tags were written.</returns>
    public int Wait(Span<ulong> tags, int timeoutMs)
    {
        var count = Math.Min(tags.Length, EventsMax);
        var events = stackalloc byte[EventsMax * 16];
        var ready = EventCalls.epoll_wait(_descriptor.Number, events, count, timeoutMs);
        if (ready < 0)
            return Marshal.GetLastPInvokeError() == Errno.EINTR ? 0 : throw NativeException.Last("epoll_wait");
        for (var index = 0; index < ready; index++)
            tags[index] = Unsafe.ReadUnaligned<ulong>(events + (index * EventBytes) + TagOffset);
        return ready;
    }

    public void Dispose() => _descriptor.Dispose();
}
