using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Native.Tests.Ibverbs;

/// <summary>
/// A driver's table in managed code, where the inline functions of verbs.h look for theirs: what is posted is kept as the driver would see
/// it, what is polled was put there by the test. One per thread: C gives its functions no place for an object of ours.
/// </summary>
internal sealed unsafe class SoftwareTable : IDisposable
{
    [ThreadStatic]
    private static SoftwareTable? t_current;

    private readonly ibv_context* _context = (ibv_context*)NativeMemory.AllocZeroed((nuint)sizeof(ibv_context));
    private readonly ibv_qp* _pair = (ibv_qp*)NativeMemory.AllocZeroed(256);
    private readonly ibv_cq* _queue = (ibv_cq*)NativeMemory.AllocZeroed(256);

    public SoftwareTable()
    {
        _context->post_send = (nint)(delegate* unmanaged[Cdecl]<ibv_qp*, ibv_send_wr*, ibv_send_wr**, int>)&PostSend;
        _context->post_recv = (nint)(delegate* unmanaged[Cdecl]<ibv_qp*, ibv_recv_wr*, ibv_recv_wr**, int>)&PostReceive;
        _context->poll_cq = (nint)(delegate* unmanaged[Cdecl]<ibv_cq*, int, ibv_wc*, int>)&Poll;
        _context->req_notify_cq = (nint)(delegate* unmanaged[Cdecl]<ibv_cq*, int, int>)&Arm;
        _pair->context = _context;
        _pair->qp_num = 77;
        _queue->context = _context;
        Pair = new QueuePair(_pair);
        Queue = new CompletionQueue(_queue);
        t_current = this;
    }

    public QueuePair Pair { get; }

    public CompletionQueue Queue { get; }

    public List<(ibv_send_wr Request, ibv_sge[] Parts)> Sent { get; } = [];

    public int Calls { get; private set; }

    public int Received { get; private set; }

    public int Armed { get; private set; }

    public Queue<ibv_wc> Completions { get; } = new();

    /// <summary>What the next call answers.</summary>
    public int Answer { get; set; }

    public void Dispose()
    {
        t_current = null;
        NativeMemory.Free(_context);
        NativeMemory.Free(_pair);
        NativeMemory.Free(_queue);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int PostSend(ibv_qp* pair, ibv_send_wr* first, ibv_send_wr** refused)
    {
        var table = t_current!;
        table.Calls++;
        for (var one = first; table.Answer == 0 && one is not null; one = one->next)
            table.Sent.Add((*one, new Span<ibv_sge>(one->sg_list, one->num_sge).ToArray()));
        return table.Answer;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int PostReceive(ibv_qp* pair, ibv_recv_wr* first, ibv_recv_wr** refused)
    {
        var table = t_current!;
        for (var one = first; table.Answer == 0 && one is not null; one = one->next)
            table.Received += one->num_sge == 0 && one->sg_list is null ? 1 : int.MinValue;
        return table.Answer;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Poll(ibv_cq* queue, int count, ibv_wc* completions)
    {
        var table = t_current!;
        var taken = 0;
        while (taken < count && table.Completions.TryDequeue(out completions[taken]))
            taken++;
        return table.Answer != 0 ? table.Answer : taken;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Arm(ibv_cq* queue, int solicitedOnly)
    {
        t_current!.Armed++;
        return t_current.Answer;
    }
}
