using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native;

/// <summary>A C call failed. It stays below the rooms that know what the call was for: Staging and Fabric translate it.</summary>
public sealed class NativeException : Exception
{
    public NativeException(string call, int errno, string? detail = null)
        : base($"{call}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})" + (detail is null ? "" : "; " + detail))
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>Name of the C function, for example <c>mmap</c>.</summary>
    public string Call { get; }

    /// <summary>The errno that it left.</summary>
    public int Errno { get; }

    /// <summary>The process at the other end of a socket or pipe has closed it or died.</summary>
    public bool IsPeerGone => Errno is Libc.Errno.EPIPE or Libc.Errno.ECONNRESET;

    /// <summary>A peer sent more at once than its protocol allows.</summary>
    public bool IsTooLong => Errno is Libc.Errno.EMSGSIZE;

    /// <summary>More memory than there is, or than the process may lock.</summary>
    public bool IsOutOfMemory => Errno is Libc.Errno.ENOMEM;

    /// <summary>What was waited for did not come in time.</summary>
    public bool IsTimeout => Errno is Libc.Errno.ETIMEDOUT;

    internal static NativeException Last(string call, string? detail = null) => new(call, Marshal.GetLastPInvokeError(), detail);
}
