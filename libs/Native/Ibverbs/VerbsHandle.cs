using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>
/// An object of libibverbs. It holds its parents: C refuses to destroy what still has children, so a parent that is disposed first lives on
/// until the last child is gone. The caller that disposes it makes sure that no thread is inside a call of the object.
/// </summary>
public abstract class VerbsHandle : SafeHandle
{
    private readonly VerbsHandle[] _parents;

    private protected VerbsHandle(nint value, bool ownsHandle, params VerbsHandle[] parents)
        : base(0, ownsHandle)
    {
        SetHandle(value);
        _parents = parents;
        foreach (var parent in parents)
        {
            var isHeld = false;
            parent.DangerousAddRef(ref isHeld);
        }
    }

    public sealed override bool IsInvalid => handle == 0;

    internal nint Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    private protected abstract int Destroy(nint value);

    protected sealed override bool ReleaseHandle()
    {
        var errno = Destroy(handle);
        foreach (var parent in _parents)
            parent.DangerousRelease();
        return errno == 0;
    }

    private protected static nint Require(nint value, string call, string? detail = null) =>
        value != 0 ? value : throw NativeException.Last(call, detail);

    /// <summary>Zero is success; the C functions answer with an errno value, or with -1 and errno.</summary>
    private protected static void Require(int result, string call, string? detail = null)
    {
        if (result != 0)
            throw new NativeException(call, result > 0 ? result : Marshal.GetLastPInvokeError(), detail);
    }
}
