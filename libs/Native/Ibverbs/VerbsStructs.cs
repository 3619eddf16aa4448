using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Ibverbs;

// The structures of infiniband/verbs.h that we fill in or read, under their C names. A test compiles a C program against the headers of
// the machine and compares every offset, and the size of those that C reads or writes whole.

internal struct ibv_sge
{
    public ulong addr;
    public uint length;
    public uint lkey;
}

[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct ibv_send_wr
{
    [FieldOffset(0)] public ulong wr_id;
    [FieldOffset(8)] public ibv_send_wr* next;
    [FieldOffset(16)] public ibv_sge* sg_list;
    [FieldOffset(24)] public int num_sge;
    [FieldOffset(28)] public int opcode;
    [FieldOffset(32)] public uint send_flags;
    [FieldOffset(36)] public uint imm_data;
    [FieldOffset(40)] public ulong remote_addr;
    [FieldOffset(48)] public uint rkey;
}

internal unsafe struct ibv_recv_wr
{
    public ulong wr_id;
    public ibv_recv_wr* next;
    public ibv_sge* sg_list;
    public int num_sge;
}

internal struct ibv_wc
{
    public ulong wr_id;
    public int status;
    public int opcode;
    public uint vendor_err;
    public uint byte_len;
    public uint imm_data;
    public uint qp_num;
    public uint src_qp;
    public uint wc_flags;
    public ushort pkey_index;
    public ushort slid;
    public byte sl;
    public byte dlid_path_bits;
}

internal struct ibv_qp_cap
{
    public uint max_send_wr;
    public uint max_recv_wr;
    public uint max_send_sge;
    public uint max_recv_sge;
    public uint max_inline_data;
}

internal struct ibv_qp_init_attr
{
    public nint qp_context;
    public nint send_cq;
    public nint recv_cq;
    public nint srq;
    public ibv_qp_cap cap;
    public int qp_type;
    public int sq_sig_all;
}

/// <summary>
/// The address of a peer. The union ibv_gid is 16 bytes aligned to 8: two words, not one UInt128, which would be aligned to 16.
/// </summary>
internal struct ibv_global_route
{
    public ulong dgid;
    public ulong dgid_rest;
    public uint flow_label;
    public byte sgid_index;
    public byte hop_limit;
    public byte traffic_class;
}

internal struct ibv_ah_attr
{
    public ibv_global_route grh;
    public ushort dlid;
    public byte sl;
    public byte src_path_bits;
    public byte static_rate;
    public byte is_global;
    public byte port_num;
}

internal struct ibv_qp_attr
{
    public int qp_state;
    public int cur_qp_state;
    public int path_mtu;
    public int path_mig_state;
    public uint qkey;
    public uint rq_psn;
    public uint sq_psn;
    public uint dest_qp_num;
    public uint qp_access_flags;
    public ibv_qp_cap cap;
    public ibv_ah_attr ah_attr;
    public ibv_ah_attr alt_ah_attr;
    public ushort pkey_index;
    public ushort alt_pkey_index;
    public byte en_sqd_async_notify;
    public byte sq_draining;
    public byte max_rd_atomic;
    public byte max_dest_rd_atomic;
    public byte min_rnr_timer;
    public byte port_num;
    public byte timeout;
    public byte retry_cnt;
    public byte rnr_retry;
    public byte alt_port_num;
    public byte alt_timeout;
    public uint rate_limit;
}

/// <summary>What we read of the device's limits; C writes the whole of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal struct ibv_device_attr
{
    [FieldOffset(112)] public int max_qp_wr;
    [FieldOffset(120)] public int max_sge;
    [FieldOffset(132)] public int max_cqe;
    [FieldOffset(227)] public byte phys_port_cnt;
}

/// <summary>Later libraries write more than the 52 bytes of this one's header: room for 128.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ibv_port_attr
{
    [FieldOffset(0)] public int state;
    [FieldOffset(8)] public int active_mtu;
    [FieldOffset(12)] public int gid_tbl_len;
    [FieldOffset(20)] public uint max_msg_sz;
    [FieldOffset(46)] public byte link_layer;
}

[StructLayout(LayoutKind.Sequential)]
internal struct ibv_async_event
{
    public nint element;
    public int event_type;
}
