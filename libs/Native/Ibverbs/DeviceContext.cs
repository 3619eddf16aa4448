using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>An open RDMA device.</summary>
public sealed unsafe class DeviceContext : VerbsHandle
{
    private DeviceContext(nint value, string name)
        : base(value, ownsHandle: true)
    {
        Name = name;
        Readiness.SetNonBlocking(((ibv_context*)value)->async_fd, "events of " + name);
    }

    public string Name { get; }

    /// <summary>Opens the device of that name; null where there is none.</summary>
    /// <exception cref="NativeException">It is there and cannot be opened: EACCES where the device node is not ours, EMFILE,
    /// EBUSY.</exception>
    public static DeviceContext? TryOpen(string name)
    {
        var devices = VerbsCalls.ibv_get_device_list(null);
        if (devices is null)
            return null;
        try
        {
            for (var one = devices; *one != 0; one++)
            {
                if (VerbsLibrary.NameOf(*one) == name)
                    return new DeviceContext(Require(VerbsCalls.ibv_open_device(*one), "ibv_open_device", name), name);
            }
            return null;
        }
        finally
        {
            VerbsCalls.ibv_free_device_list(devices);
        }
    }

    /// <exception cref="NativeException"/>
    public DeviceLimits Limits()
    {
        ibv_device_attr attributes;
        Require(VerbsCalls.ibv_query_device(Value, &attributes), "ibv_query_device", Name);
        return new DeviceLimits(attributes.max_qp_wr, attributes.max_sge, attributes.max_cqe, attributes.phys_port_cnt);
    }

    /// <exception cref="NativeException"/>
    public PortState Port(byte port)
    {
        var attributes = default(ibv_port_attr);
        Require(VerbsCalls.ibv_query_port(Value, port, &attributes), "ibv_query_port", $"{Name} port {port}");
        return new PortState(
            attributes.state == VerbsConstants.IBV_PORT_ACTIVE,
            attributes.link_layer == VerbsConstants.IBV_LINK_LAYER_ETHERNET,
            128 << attributes.active_mtu,
            attributes.max_msg_sz,
            attributes.gid_tbl_len);
    }

    /// <summary>The 16 bytes of an entry of the port's table of addresses; all zero where the entry is empty.</summary>
    /// <exception cref="NativeException"/>
    public byte[] Gid(byte port, int index)
    {
        var gid = new byte[16];
        fixed (byte* bytes = gid)
            Require(VerbsCalls.ibv_query_gid(Value, port, index, bytes), "ibv_query_gid", $"{Name} port {port} index {index}");
        return gid;
    }

    /// <summary>
    /// Waits until something has happened to the device and takes it. False when time ran out or <paramref name="wake"/> was signalled.
    /// </summary>
    /// <exception cref="NativeException"/>
    public bool TryTakeEvent(EventDescriptor wake, int timeoutMs, Action<DeviceEvent> handle)
    {
        if (!Readiness.WaitReadable(((ibv_context*)Value)->async_fd, wake.Descriptor, timeoutMs))
            return false;
        ibv_async_event happened;
        // Destroying what an event is about takes the event away, perhaps since the wait: reading would then wait for the next one, with no
        // end.
        if (VerbsCalls.ibv_get_async_event(Value, &happened) != 0)
            return Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR ? false : throw NativeException.Last("ibv_get_async_event");
        try
        {
            handle(DeviceEvent.Of(happened));
        }
        finally
        {
            // Destroying what an event is about waits until the event is acknowledged.
            VerbsCalls.ibv_ack_async_event(&happened);
        }
        return true;
    }

    private protected override int Destroy(nint value) => VerbsCalls.ibv_close_device(value);
}

/// <summary>What a device can do at most.</summary>
public readonly record struct DeviceLimits(int WorkRequestsMax, int ScatterPartsMax, int CompletionsMax, int PortCount);

/// <summary>A port of a device.</summary>
/// <param name="IsActive">A cable is in it and the link is up.</param>
/// <param name="IsEthernet">RoCE, not InfiniBand.</param>
/// <param name="MtuBytes">Path MTU that the port offers now.</param>
/// <param name="MessageBytesMax">Largest single write.</param>
/// <param name="GidCount">Entries in its table of addresses, empty ones included.</param>
public readonly record struct PortState(bool IsActive, bool IsEthernet, int MtuBytes, uint MessageBytesMax, int GidCount);
