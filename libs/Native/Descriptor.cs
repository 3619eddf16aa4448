using K8sMediaFlow.Native.Libc;
using Microsoft.Win32.SafeHandles;

namespace K8sMediaFlow.Native;

/// <summary>An owned file descriptor; closed exactly once.</summary>
public sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes ownership of <paramref name="number"/>.</summary>
    public Descriptor(int number)
        : base(ownsHandle: true) => SetHandle(number);

    /// <summary>The descriptor's number. The caller keeps this object alive for as long as it uses the number.</summary>
    /// <exception cref="ObjectDisposedException"/>
    public int Number
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (int)handle;
        }
    }

    // Not retried on EINTR: Linux has released the number by then, and a second close could hit another thread's new file.
    protected override bool ReleaseHandle() => FileCalls.close((int)handle) == 0;
}
