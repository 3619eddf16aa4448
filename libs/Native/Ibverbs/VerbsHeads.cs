using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Ibverbs;

// Heads of what the library allocates: read here, made only by tests. Text of ibv_context is the same in every rdma-core from 44 to 65.

[StructLayout(LayoutKind.Explicit, Size = 328)]
internal struct ibv_context
{
    [FieldOffset(96)] public nint poll_cq;
    [FieldOffset(104)] public nint req_notify_cq;
    [FieldOffset(208)] public nint post_send;
    [FieldOffset(216)] public nint post_recv;
    [FieldOffset(268)] public int async_fd;
}

[StructLayout(LayoutKind.Explicit)]
internal unsafe struct ibv_qp
{
    [FieldOffset(0)] public ibv_context* context;
    [FieldOffset(52)] public uint qp_num;
}

[StructLayout(LayoutKind.Explicit)]
internal unsafe struct ibv_cq
{
    [FieldOffset(0)] public ibv_context* context;
}

[StructLayout(LayoutKind.Explicit)]
internal struct ibv_comp_channel
{
    [FieldOffset(8)] public int fd;
}

[StructLayout(LayoutKind.Explicit)]
internal struct ibv_mr
{
    [FieldOffset(36)] public uint lkey;
    [FieldOffset(40)] public uint rkey;
}
