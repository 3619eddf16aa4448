using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>Where an armed completion queue reports that it has something, for a thread that sleeps.</summary>
public sealed unsafe class CompletionChannel : VerbsHandle
{
    private readonly int _descriptor;

    private CompletionChannel(nint value, DeviceContext context)
        : base(value, ownsHandle: true, context)
    {
        Context = context;
        _descriptor = ((ibv_comp_channel*)value)->fd;
        Readiness.SetNonBlocking(_descriptor, "completion channel");
    }

    public DeviceContext Context { get; }

    /// <exception cref="NativeException"/>
    public static CompletionChannel Create(DeviceContext context) =>
        new(Require(VerbsCalls.ibv_create_comp_channel(context.Value), "ibv_create_comp_channel"), context);

    /// <summary>
    /// Waits until the queue's event is there, and takes it: the queue must be armed again. False when time ran out or
    /// <paramref name="wake"/> was signalled.
    /// </summary>
    /// <exception cref="NativeException"/>
    public bool WaitAndTake(EventDescriptor wake, int timeoutMs)
    {
        if (!Readiness.WaitReadable(_descriptor, wake.Descriptor, timeoutMs))
            return false;
        nint queue, cookie;
        if (VerbsCalls.ibv_get_cq_event(Value, &queue, &cookie) != 0)
            return Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR ? false : throw NativeException.Last("ibv_get_cq_event");
        VerbsCalls.ibv_ack_cq_events(queue, 1);
        return true;
    }

    private protected override int Destroy(nint value) => VerbsCalls.ibv_destroy_comp_channel(value);
}
