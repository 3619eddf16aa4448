using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>One end of a reliable connection. Posting belongs to one thread at a time.</summary>
public sealed unsafe class QueuePair : VerbsHandle
{
    private const int WorkMax = 64, PartsMax = 256;

    private QueuePair(nint value, ProtectionDomain domain, CompletionQueue completions)
        : base(value, ownsHandle: true, domain, completions)
    {
    }

    /// <summary>A queue pair that is not ours to destroy: the tests' own.</summary>
    internal QueuePair(ibv_qp* pair)
        : base((nint)pair, ownsHandle: false)
    {
    }

    /// <summary>The number that a peer must know.</summary>
    public uint Number => ((ibv_qp*)Value)->qp_num;

    /// <summary>What a <see cref="DeviceEvent"/> names it by. Also where it was just disposed: events come by another thread.</summary>
    public nint Identity => DangerousGetHandle();

    /// <exception cref="NativeException"/>
    public static QueuePair Create(ProtectionDomain domain, CompletionQueue completions, in QueuePairSize size)
    {
        var attributes = new ibv_qp_init_attr
        {
            send_cq = completions.Value,
            recv_cq = completions.Value,
            qp_type = VerbsConstants.IBV_QPT_RC,
            cap = new ibv_qp_cap
            {
                max_send_wr = (uint)size.SendsMax,
                max_recv_wr = (uint)size.ReceivesMax,
                max_send_sge = (uint)size.PartsPerSendMax,
                max_recv_sge = 1,
            },
        };
        return new QueuePair(Require(VerbsCalls.ibv_create_qp(domain.Value, &attributes), "ibv_create_qp", size.ToString()), domain,
            completions);
    }

    /// <summary>Receives may be posted from here on.</summary>
    /// <exception cref="NativeException"/>
    public void Open(byte port)
    {
        // Writes of no bytes come from either side to ask whether the other lives; what they may reach is the memory's own matter.
        var attributes = new ibv_qp_attr
        {
            qp_state = VerbsConstants.IBV_QPS_INIT,
            port_num = port,
            qp_access_flags = VerbsConstants.IBV_ACCESS_REMOTE_WRITE,
        };
        Modify(&attributes,
            VerbsConstants.IBV_QP_STATE | VerbsConstants.IBV_QP_PKEY_INDEX | VerbsConstants.IBV_QP_PORT
                | VerbsConstants.IBV_QP_ACCESS_FLAGS, "INIT");
    }

    /// <summary>Bound to its peer: receives, and may send.</summary>
    /// <exception cref="NativeException"/>
    public void Connect(in QueuePairRoute route)
    {
        Receive(route);
        Send(route);
    }

    /// <summary>Nothing that was posted moves any more; all of it is flushed.</summary>
    /// <exception cref="NativeException"/>
    public void Fail()
    {
        var attributes = new ibv_qp_attr { qp_state = VerbsConstants.IBV_QPS_ERR };
        Modify(&attributes, VerbsConstants.IBV_QP_STATE, "ERR");
    }

    /// <summary>Posts all of it with one call of the driver, in order.</summary>
    /// <param name="works">At most 64.</param>
    /// <param name="parts">What the works take their bytes from, one after the other.</param>
    /// <exception cref="NativeException"/>
    [SkipLocalsInit]
    public void Post(ReadOnlySpan<SendWork> works, ReadOnlySpan<MemoryPiece> parts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(works.Length, WorkMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts.Length, PartsMax);
        var elements = stackalloc ibv_sge[parts.Length];
        for (var index = 0; index < parts.Length; index++)
            elements[index] = new ibv_sge
            {
                addr = (ulong)parts[index].Address,
                length = (uint)parts[index].LengthBytes,
                lkey = parts[index].LocalKey,
            };
        var requests = stackalloc ibv_send_wr[works.Length];
        for (var index = 0; index < works.Length; index++)
        {
            Fill(ref requests[index], works[index], elements, next: index + 1 < works.Length ? requests + index + 1 : null);
            elements += works[index].PartCount;
        }
        ibv_send_wr* refused;
        Require(VerbsTable.ibv_post_send((ibv_qp*)Value, requests, &refused), "ibv_post_send");
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Posts receives that have no memory of their own: for writes with immediate, and messages of no bytes. All have the same id.
    /// </summary>
    /// <exception cref="NativeException"/>
    [SkipLocalsInit]
    public void PostReceives(int count, ulong id)
    {
        const int chain = 64;
        var requests = stackalloc ibv_recv_wr[chain];
        for (var left = count; left > 0; left -= chain)
        {
            var now = Math.Min(left, chain);
            for (var index = 0; index < now; index++)
                requests[index] = new ibv_recv_wr { wr_id = id, next = index + 1 < now ? requests + index + 1 : null };
            ibv_recv_wr* refused;
            Require(VerbsTable.ibv_post_recv((ibv_qp*)Value, requests, &refused), "ibv_post_recv");
        }
        GC.KeepAlive(this);
    }

    private protected override int Destroy(nint value) => VerbsCalls.ibv_destroy_qp(value);

    /// <summary>What the driver reads of a write or a message; the rest stays as it is, for it is another operation's.</summary>
    private static void Fill(ref ibv_send_wr request, in SendWork work, ibv_sge* elements, ibv_send_wr* next)
    {
        request.wr_id = work.Id;
        request.next = next;
        request.sg_list = work.PartCount > 0 ? elements : null;
        request.num_sge = work.PartCount;
        request.opcode = work.Kind switch
        {
            SendKind.Write => VerbsConstants.IBV_WR_RDMA_WRITE,
            SendKind.WriteWithImmediate => VerbsConstants.IBV_WR_RDMA_WRITE_WITH_IMM,
            _ => VerbsConstants.IBV_WR_SEND_WITH_IMM,
        };
        request.send_flags = work.IsSignaled ? (uint)VerbsConstants.IBV_SEND_SIGNALED : 0;
        request.imm_data = BinaryPrimitives.ReverseEndianness(work.Immediate);
        request.remote_addr = work.RemoteAddress;
        request.rkey = work.RemoteKey;
    }

    private void Receive(in QueuePairRoute route)
    {
        var attributes = new ibv_qp_attr
        {
            qp_state = VerbsConstants.IBV_QPS_RTR,
            path_mtu = System.Numerics.BitOperations.Log2((uint)route.MtuBytes) - 7,
            dest_qp_num = route.RemoteNumber,
            rq_psn = route.RemoteFirstPacket,
            max_dest_rd_atomic = 1,
            min_rnr_timer = route.NotReadyDelayCode,
            ah_attr = new ibv_ah_attr
            {
                is_global = 1,
                port_num = route.Port,
                grh = new ibv_global_route
                {
                    dgid = BitConverter.ToUInt64(route.RemoteGid, 0),
                    dgid_rest = BitConverter.ToUInt64(route.RemoteGid, 8),
                    sgid_index = route.GidIndex,
                    hop_limit = 64,
                    traffic_class = route.TrafficClass,
                },
            },
        };
        Modify(&attributes,
            VerbsConstants.IBV_QP_STATE | VerbsConstants.IBV_QP_AV | VerbsConstants.IBV_QP_PATH_MTU | VerbsConstants.IBV_QP_DEST_QPN |
            VerbsConstants.IBV_QP_RQ_PSN | VerbsConstants.IBV_QP_MAX_DEST_RD_ATOMIC | VerbsConstants.IBV_QP_MIN_RNR_TIMER, "RTR");
    }

    private void Send(in QueuePairRoute route)
    {
        var attributes = new ibv_qp_attr
        {
            qp_state = VerbsConstants.IBV_QPS_RTS,
            sq_psn = route.LocalFirstPacket,
            timeout = route.TimeoutCode,
            retry_cnt = route.RetriesMax,
            rnr_retry = route.NotReadyRetriesMax,
            max_rd_atomic = 1,
        };
        Modify(&attributes,
            VerbsConstants.IBV_QP_STATE | VerbsConstants.IBV_QP_SQ_PSN | VerbsConstants.IBV_QP_TIMEOUT | VerbsConstants.IBV_QP_RETRY_CNT |
            VerbsConstants.IBV_QP_RNR_RETRY | VerbsConstants.IBV_QP_MAX_QP_RD_ATOMIC, "RTS");
    }

    private void Modify(ibv_qp_attr* attributes, int mask, string state) =>
        Require(VerbsCalls.ibv_modify_qp(Value, attributes, mask), "ibv_modify_qp", state);
}
