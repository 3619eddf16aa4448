namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>
/// What verbs.h defines inline has no symbol to import: the header's function calls the driver through the table in the context, and so
/// do we. Tests without a device put a table of their own there.
/// </summary>
internal static unsafe class VerbsTable
{
    internal static int ibv_post_send(ibv_qp* pair, ibv_send_wr* first, ibv_send_wr** refused) =>
        ((delegate* unmanaged[Cdecl]<ibv_qp*, ibv_send_wr*, ibv_send_wr**, int>)pair->context->post_send)(pair, first, refused);

    internal static int ibv_post_recv(ibv_qp* pair, ibv_recv_wr* first, ibv_recv_wr** refused) =>
        ((delegate* unmanaged[Cdecl]<ibv_qp*, ibv_recv_wr*, ibv_recv_wr**, int>)pair->context->post_recv)(pair, first, refused);

    internal static int ibv_poll_cq(ibv_cq* queue, int count, ibv_wc* completions) =>
        ((delegate* unmanaged[Cdecl]<ibv_cq*, int, ibv_wc*, int>)queue->context->poll_cq)(queue, count, completions);

    internal static int ibv_req_notify_cq(ibv_cq* queue, int solicitedOnly) =>
        ((delegate* unmanaged[Cdecl]<ibv_cq*, int, int>)queue->context->req_notify_cq)(queue, solicitedOnly);
}
