using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>Where finished work is found.</summary>
public sealed unsafe class CompletionQueue : VerbsHandle
{
    private const int BatchMax = 32;

    private CompletionQueue(nint value, CompletionChannel channel)
        : base(value, ownsHandle: true, channel)
    {
    }

    /// <summary>A queue that is not ours to destroy: the tests' own.</summary>
    internal CompletionQueue(ibv_cq* queue)
        : base((nint)queue, ownsHandle: false)
    {
    }

    /// <summary>What a <see cref="DeviceEvent"/> names it by.</summary>
    public nint Identity => Value;

    /// <param name="channel">Where it says that it has something.</param>
    /// <param name="capacity">As much as can be outstanding at a time: a queue that overflows is lost.</param>
    /// <exception cref="NativeException"/>
    public static CompletionQueue Create(CompletionChannel channel, int capacity) =>
        new(Require(VerbsCalls.ibv_create_cq(channel.Context.Value, capacity, 0, channel.Value, 0), "ibv_create_cq", $"{capacity} entries"),
            channel);

    /// <summary>Takes what is there, without waiting; returns how many.</summary>
    /// <exception cref="NativeException"/>
    [SkipLocalsInit]
    public int Poll(Span<Completion> completions)
    {
        var found = stackalloc ibv_wc[BatchMax];
        var count = VerbsTable.ibv_poll_cq((ibv_cq*)Value, Math.Min(completions.Length, BatchMax), found);
        if (count < 0)
            throw new NativeException("ibv_poll_cq", -count);
        for (var index = 0; index < count; index++)
            completions[index] = Of(found[index]);
        GC.KeepAlive(this);
        return count;
    }

    /// <summary>The next completion to come makes an event; look again after this, for one may have come before.</summary>
    /// <exception cref="NativeException"/>
    public void RequestEvent()
    {
        Require(VerbsTable.ibv_req_notify_cq((ibv_cq*)Value, 0), "ibv_req_notify_cq");
        GC.KeepAlive(this);
    }

    private protected override int Destroy(nint value) => VerbsCalls.ibv_destroy_cq(value);

    private static Completion Of(in ibv_wc found) => new(
        found.wr_id,
        found.status,
        found.opcode >= VerbsConstants.IBV_WC_RECV,
        found.opcode == VerbsConstants.IBV_WC_RECV_RDMA_WITH_IMM,
        BinaryPrimitives.ReverseEndianness(found.imm_data),
        found.byte_len);
}

/// <summary>A piece of finished work. Of one that failed only the id and the status mean anything.</summary>
/// <param name="Id">As it was posted.</param>
/// <param name="Status">0, or what went wrong; <see cref="CompletionStatus"/> tells it.</param>
/// <param name="IsReceive">A posted receive was used up.</param>
/// <param name="IsWrite">By a peer's write with immediate, not by a message.</param>
/// <param name="Immediate">The 32 bits that came with it.</param>
/// <param name="LengthBytes">Of the message, or of the last write.</param>
public readonly record struct Completion(ulong Id, int Status, bool IsReceive, bool IsWrite, uint Immediate, uint LengthBytes)
{
    public bool IsSuccess => Status == VerbsConstants.IBV_WC_SUCCESS;

    /// <summary>The queue pair had failed before; another completion says why.</summary>
    public bool IsFlush => Status == VerbsConstants.IBV_WC_WR_FLUSH_ERR;
}

/// <summary>Statuses in words, and which of them mean that the peer does not answer.</summary>
public static class CompletionStatus
{
    public static bool IsSilence(int status) => status is VerbsConstants.IBV_WC_RETRY_EXC_ERR or VerbsConstants.IBV_WC_RNR_RETRY_EXC_ERR;

    public static string Text(int status) => status switch
    {
        VerbsConstants.IBV_WC_LOC_PROT_ERR => "local memory is not registered (4)",
        VerbsConstants.IBV_WC_WR_FLUSH_ERR => "the queue pair had failed before (5)",
        VerbsConstants.IBV_WC_REM_INV_REQ_ERR => "the peer's device refused the request (9)",
        VerbsConstants.IBV_WC_REM_ACCESS_ERR => "the peer's device refused access to its memory (10)",
        VerbsConstants.IBV_WC_RETRY_EXC_ERR => "the peer's device does not answer (12)",
        VerbsConstants.IBV_WC_RNR_RETRY_EXC_ERR => "the peer has posted no receives (13)",
        _ => $"work completion status {status}",
    };
}
