using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>
/// poll(2) on one descriptor with a deadline that survives EINTR; and calls that do not wait, for what is ready may be gone when it is
/// taken.
/// </summary>
internal static unsafe class Readiness
{
    /// <exception cref="NativeException"/>
    internal static void SetNonBlocking(int descriptor, string what)
    {
        var flags = FileCalls.fcntl(descriptor, FileCalls.F_GETFL, 0);
        if (flags < 0 || FileCalls.fcntl(descriptor, FileCalls.F_SETFL, flags | FileCalls.O_NONBLOCK) < 0)
            throw NativeException.Last($"fcntl({what})");
    }

    internal static bool WaitReadable(int descriptor, int timeoutMs) => Wait(descriptor, FileCalls.POLLIN, timeoutMs);

    internal static bool WaitWritable(int descriptor, int timeoutMs) => Wait(descriptor, FileCalls.POLLOUT, timeoutMs);

    /// <summary>The other end is gone; does not wait.</summary>
    internal static bool IsHungUp(int descriptor)
    {
        var entry = new FileCalls.pollfd { fd = descriptor };
        return FileCalls.poll(&entry, 1, 0) > 0 && (entry.revents & FileCalls.POLLHUP) != 0;
    }

    /// <summary>True when the first descriptor is readable; false when only <paramref name="wake"/> is, or time ran out.</summary>
    internal static bool WaitReadable(int descriptor, int wake, int timeoutMs)
    {
        var entries = stackalloc FileCalls.pollfd[2];
        entries[0] = new FileCalls.pollfd { fd = descriptor, events = FileCalls.POLLIN };
        entries[1] = new FileCalls.pollfd { fd = wake, events = FileCalls.POLLIN };
        if (FileCalls.poll(entries, 2, timeoutMs) < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw NativeException.Last("poll");
        return entries[0].revents != 0;
    }

    /// <summary>
    /// True when ready, hung up or in error (the following call says which); false when time ran out. Negative: no limit.
    /// </summary>
    private static bool Wait(int descriptor, short events, int timeoutMs)
    {
        var deadlineMs = Environment.TickCount64 + timeoutMs;
        while (true)
        {
            var leftMs = timeoutMs < 0 ? -1 : (int)Math.Max(0, deadlineMs - Environment.TickCount64);
            var entry = new FileCalls.pollfd { fd = descriptor, events = events };
            var ready = FileCalls.poll(&entry, 1, leftMs);
            if (ready >= 0)
                return ready > 0;
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                throw NativeException.Last("poll");
        }
    }
}
