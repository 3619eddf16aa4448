using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>One end of a <see cref="Pipe"/>.</summary>
/// <remarks>
/// The first Read or Write makes this end non-blocking, for this process alone (the other end has a file description of its own), so that
/// every wait is bounded. An end that goes to a child process is not used here and stays blocking, as programs expect.
/// </remarks>
public sealed unsafe class PipeEnd : IDisposable
{
    /// <summary>What <see cref="Read"/> returns when nothing came in time.</summary>
    public const int TimedOut = -1;

    private readonly Descriptor _descriptor;
    private bool _isNonBlocking;

    internal PipeEnd(int descriptor) => _descriptor = new Descriptor(descriptor);

    public int Descriptor => _descriptor.Number;

    /// <param name="timeoutMs">Negative: no limit.</param>
    /// <returns>Bytes read, at least one; 0 at the end of the stream; <see cref="TimedOut"/>.</returns>
    /// <exception cref="NativeException"/>
    public int Read(Span<byte> into, int timeoutMs = -1)
    {
        ArgumentOutOfRangeException.ThrowIfZero(into.Length);
        MakeNonBlocking();
        fixed (byte* buffer = into)
        {
            while (true)
            {
                var read = FileCalls.read(Descriptor, buffer, (nuint)into.Length);
                if (read >= 0)
                    return (int)read;
                if (!WaitAfterFailure("read", FileCalls.POLLIN, timeoutMs))
                    return TimedOut;
            }
        }
    }

    /// <summary>Writes all of it.</summary>
    /// <param name="timeoutMs">The longest time without progress; negative: no limit.</param>
    /// <returns>Bytes written: fewer than given only when time ran out.</returns>
    /// <exception cref="NativeException"><see cref="NativeException.IsPeerGone"/>: the pipe has no reader any more.</exception>
    public int Write(ReadOnlySpan<byte> bytes, int timeoutMs = -1)
    {
        MakeNonBlocking();
        var written = 0;
        fixed (byte* buffer = bytes)
        {
            while (written < bytes.Length)
            {
                var step = FileCalls.write(Descriptor, buffer + written, (nuint)(bytes.Length - written));
                if (step >= 0)
                    written += (int)step;
                else if (!WaitAfterFailure("write", FileCalls.POLLOUT, timeoutMs))
                    break;
            }
        }
        return written;
    }

    /// <summary>
    /// How many bytes the pipe can hold. Memory that is lent to it takes a page's place for each page that it touches, so less of it may
    /// fit.
    /// </summary>
    /// <exception cref="NativeException"/>
    public int CapacityBytes => FileCalls.fcntl(Descriptor, FileCalls.F_GETPIPE_SZ, 0) is >= 0 and var bytes
        ? bytes
        : throw NativeException.Last("fcntl(F_GETPIPE_SZ)");

    /// <summary>
    /// Bytes in the pipe that the reader has not taken. A read(2) that is copying bytes out of the pipe still counts as not having taken
    /// them.
    /// </summary>
    /// <exception cref="NativeException"/>
    public int UnreadBytes
    {
        get
        {
            int bytes;
            return FileCalls.ioctl(Descriptor, FileCalls.FIONREAD, &bytes) == 0 ? bytes : throw NativeException.Last("ioctl(FIONREAD)");
        }
    }

    /// <summary>Whether <see cref="Lend"/> works here. Some sandboxes have no vmsplice(2), or forbid it.</summary>
    public bool CanLend => FileCalls.vmsplice(Descriptor, null, 0, FileCalls.SPLICE_F_NONBLOCK) == 0;

    /// <summary>
    /// Puts the memory itself into the pipe instead of a copy. The reader's read(2) then copies from this memory, so it must stay mapped
    /// and unchanged until <see cref="UnreadBytes"/> says that the reader has taken all of it. A reader that moves bytes on without copying
    /// them, by splice(2) or tee(2), must not be given memory in this way: what it has taken may still be this memory.
    /// </summary>
    /// <param name="memory">Shared memory; from the heap it could be moved by the garbage collector while the pipe has it.</param>
    /// <param name="timeoutMs">The longest time without progress; negative: no limit.</param>
    /// <returns>Bytes lent: fewer than given only when time ran out.</returns>
    /// <exception cref="NativeException"><see cref="NativeException.IsPeerGone"/>: the pipe has no reader any more.</exception>
    public int Lend(ReadOnlySpan<byte> memory, int timeoutMs = -1)
    {
        var lent = 0;
        fixed (byte* start = memory)
        {
            while (lent < memory.Length)
            {
                var rest = new SocketCalls.iovec { iov_base = start + lent, iov_len = (nuint)(memory.Length - lent) };
                var step = FileCalls.vmsplice(Descriptor, &rest, 1, FileCalls.SPLICE_F_NONBLOCK);
                if (step >= 0)
                    lent += (int)step;
                else if (!WaitAfterFailure("vmsplice", FileCalls.POLLOUT, timeoutMs))
                    break;
            }
        }
        return lent;
    }

    /// <summary>True when a Read would give bytes or the end of the stream.</summary>
    public bool WaitReadable(int timeoutMs) => Readiness.WaitReadable(Descriptor, timeoutMs);

    /// <summary>True when a Write would take bytes or fail because the pipe has no reader any more.</summary>
    public bool WaitWritable(int timeoutMs) => Readiness.WaitWritable(Descriptor, timeoutMs);

    public void Dispose() => _descriptor.Dispose();

    private bool WaitAfterFailure(string call, short events, int timeoutMs)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.EINTR)
            return true;
        if (errno != Errno.EAGAIN)
            throw new NativeException(call + "(pipe)", errno, errno == Errno.EPIPE ? "nobody reads any more" : null);
        return events == FileCalls.POLLIN ? WaitReadable(timeoutMs) : WaitWritable(timeoutMs);
    }

    private void MakeNonBlocking()
    {
        if (_isNonBlocking)
            return;
        Readiness.SetNonBlocking(Descriptor, "pipe");
        _isNonBlocking = true;
    }
}
