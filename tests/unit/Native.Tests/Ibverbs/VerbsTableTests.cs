using System.Buffers.Binary;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Native.Tests.Ibverbs;

/// <summary>What a driver sees of what we post, and what we make of what it answers, without a device.</summary>
public sealed class VerbsTableTests : IDisposable
{
    private readonly SoftwareTable _table = new();

    public void Dispose() => _table.Dispose();

    [Fact]
    public void Works_are_chained_in_one_call_and_share_out_the_parts_in_order()
    {
        SendWork[] works =
        [
            new(1, SendKind.Write, IsSignaled: false, Immediate: 0, RemoteAddress: 0x1000, RemoteKey: 9, PartCount: 2),
            new(2, SendKind.WriteWithImmediate, IsSignaled: true, Immediate: 0x01020304, RemoteAddress: 0x3000, RemoteKey: 9, PartCount: 1),
        ];
        _table.Pair.Post(works, [new(0x10, 64, 5), new(0x20, 128, 6), new(0x30, 256, 7)]);
        _table.Calls.ShouldBe(1);
        _table.Sent.Count.ShouldBe(2);
        var (first, parts) = _table.Sent[0];
        (first.wr_id, first.opcode, first.send_flags, first.remote_addr, first.rkey, first.num_sge).ShouldBe((1ul, 0, 0u, 0x1000ul, 9u, 2));
        parts.Select(part => (part.addr, part.length, part.lkey)).ShouldBe([(0x10ul, 64u, 5u), (0x20ul, 128u, 6u)]);
        var (second, rest) = _table.Sent[1];
        (second.wr_id, second.opcode, second.send_flags, second.num_sge).ShouldBe((2ul, 1, 2u, 1));
        BinaryPrimitives.ReverseEndianness(second.imm_data).ShouldBe(0x01020304u);
        rest.ShouldHaveSingleItem().addr.ShouldBe(0x30ul);
    }

    [Fact]
    public void A_work_without_bytes_has_no_list()
    {
        _table.Pair.Post([new SendWork(3, SendKind.SendWithImmediate, IsSignaled: true, 1, 0, 0, PartCount: 0)], []);
        _table.Sent.ShouldHaveSingleItem().Request.opcode.ShouldBe(3);
        _table.Sent[0].Parts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(4097)]
    public void As_many_receives_are_posted_as_were_asked_for(int count)
    {
        _table.Pair.PostReceives(count, id: 5);
        _table.Received.ShouldBe(count);
    }

    [Fact]
    public void Completions_are_taken_in_batches_and_read_as_the_driver_wrote_them()
    {
        for (var id = 0ul; id < 40; id++)
            _table.Completions.Enqueue(new ibv_wc { wr_id = id, opcode = 129, imm_data = 0x04030201, byte_len = 512 });
        _table.Completions.Enqueue(new ibv_wc { wr_id = 40, status = 12, opcode = 77 });
        var found = new Completion[64];
        _table.Queue.Poll(found).ShouldBe(32);
        _table.Queue.Poll(found.AsSpan(32, 3)).ShouldBe(3);
        _table.Queue.Poll(found.AsSpan(35)).ShouldBe(6);
        _table.Queue.Poll(found).ShouldBe(0);
        found[39].ShouldBe(new Completion(39, 0, IsReceive: true, IsWrite: true, Immediate: 0x01020304, LengthBytes: 512));
        (found[40].Id, found[40].IsSuccess, found[40].IsFlush, CompletionStatus.IsSilence(found[40].Status))
            .ShouldBe((40ul, false, false, true));
    }

    [Fact]
    public void What_the_driver_refuses_says_which_call_and_why()
    {
        _table.Answer = 22;
        Should.Throw<NativeException>(() => _table.Pair.Post([new SendWork(1, SendKind.Write, true, 0, 0, 0, 0)], []))
            .Message.ShouldContain("ibv_post_send");
        Should.Throw<NativeException>(() => _table.Pair.PostReceives(1, id: 0)).Errno.ShouldBe(22);
        Should.Throw<NativeException>(_table.Queue.RequestEvent).Call.ShouldBe("ibv_req_notify_cq");
        _table.Answer = -5;
        Should.Throw<NativeException>(() => _table.Queue.Poll(new Completion[1])).Errno.ShouldBe(5);
        _table.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void Looking_for_completions_and_arming_cost_no_managed_memory()
    {
        var found = new Completion[16];
        var count = _table.Queue.Poll(found);
        _table.Queue.RequestEvent();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1000; turn++)
        {
            count += _table.Queue.Poll(found);
            _table.Queue.RequestEvent();
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        count.ShouldBe(0);
    }
}
