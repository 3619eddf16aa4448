using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>Listens on a path for <see cref="LocalSocket"/>s; removes the path when disposed.</summary>
public sealed unsafe class LocalListener : IDisposable
{
    private const int Backlog = 64;

    // Containers of one pod may run under different users. The token proves who connects, not the file's mode.
    private const uint Mode = 0x1B6;

    private readonly Descriptor _descriptor;

    /// <exception cref="NativeException">EADDRINUSE: a living process listens there. A dead one's socket is replaced.</exception>
    public LocalListener(string path)
    {
        Path = path;
        var address = LocalAddress.Of(path);
        RemoveDead(path, in address);
        _descriptor = LocalAddress.NewSocket();
        if (SocketCalls.bind(Descriptor, &address, (uint)sizeof(SocketCalls.sockaddr_un)) != 0)
            Fail("bind");
        fixed (byte* text = NativeText.Of(path))
        {
            if (FileCalls.chmod(text, Mode) != 0)
                Fail("chmod");
        }
        if (SocketCalls.listen(Descriptor, Backlog) != 0)
            Fail("listen");
    }

    public string Path { get; }

    public int Descriptor => _descriptor.Number;

    /// <summary>The next peer, or null when none came in time. Negative: no limit.</summary>
    /// <exception cref="NativeException"/>
    public LocalSocket? Accept(int timeoutMs)
    {
        if (!Readiness.WaitReadable(Descriptor, timeoutMs))
            return null;
        var descriptor = SocketCalls.accept4(Descriptor, null, null, SocketCalls.SOCK_CLOEXEC | SocketCalls.SOCK_NONBLOCK);
        if (descriptor >= 0)
            return new LocalSocket(new Descriptor(descriptor));
        // EAGAIN: the peer gave up between poll and accept, or another thread took it.
        return Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR ? null : throw NativeException.Last("accept4");
    }

    /// <summary>Ends a waiting <see cref="Accept"/> of another thread.</summary>
    public void Shutdown() => _ = SocketCalls.shutdown(Descriptor, SocketCalls.SHUT_RDWR);

    public void Dispose()
    {
        if (_descriptor.IsClosed)
            return;
        Remove(Path);
        _descriptor.Dispose();
    }

    private static void RemoveDead(string path, in SocketCalls.sockaddr_un address)
    {
        if (!File.Exists(path))
            return;
        using var probe = LocalAddress.NewSocket();
        var copy = address;
        var isDead = SocketCalls.connect(probe.Number, &copy, (uint)sizeof(SocketCalls.sockaddr_un)) != 0
            && Marshal.GetLastPInvokeError() == Errno.ECONNREFUSED;
        if (!isDead)
            throw new NativeException("bind", Errno.EADDRINUSE, path);
        Remove(path);
    }

    private static void Remove(string path)
    {
        fixed (byte* text = NativeText.Of(path))
            _ = FileCalls.unlink(text);
    }

    private void Fail(string call)
    {
        var failure = NativeException.Last(call, Path);
        _descriptor.Dispose();
        throw failure;
    }
}
