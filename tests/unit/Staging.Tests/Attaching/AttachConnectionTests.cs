using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Attaching;

public sealed class AttachConnectionTests
{
    private static readonly TimeSpan Long = Hang.Bound;

    [Fact]
    public void A_message_and_its_descriptors_arrive_whole()
    {
        var (sidecar, sdk) = AttachConnection.Pair();
        using (sidecar)
        using (sdk)
        using (var memory = MemoryFile.Create("attach-memory", 8192))
        using (var signal = EventDescriptor.Create())
        {
            var bytes = new byte[AttachConnection.MessageBytesMax];
            new Random(1).NextBytes(bytes);
            sidecar.Send(bytes, memory.Descriptor, signal.Descriptor);
            sdk.Receive(Long, out var message).ShouldBe(AttachReceipt.Message);
            using (message.ShouldNotBeNull())
            {
                message.Bytes.SequenceEqual(bytes).ShouldBeTrue();
                message.DescriptorCount.ShouldBe(2);
                using var came = message.TakeMemory(0);
                came.LengthBytes.ShouldBe(8192);
                using var event1 = message.TakeEvent(1);
                event1.Signal();
                signal.Drain().ShouldBe(1ul);
            }
        }
    }

    [Fact]
    public void Descriptors_that_nobody_takes_are_closed_with_the_message()
    {
        var (sidecar, sdk) = AttachConnection.Pair();
        using (sidecar)
        using (sdk)
        using (var memory = MemoryFile.Create("attach-untaken", 4096))
        {
            sidecar.Send([1], memory.Descriptor);
            sdk.Receive(Long, out var message);
            OpenMemory.Named("attach-untaken").ShouldBe(2);
            message!.Dispose();
            OpenMemory.Named("attach-untaken").ShouldBe(1);
            Should.Throw<StagingException>(() => message.TakeMemory(0)).Error.ShouldBe(StagingError.BadMessage);
        }
    }

    [Fact]
    public void A_descriptor_that_is_not_there_or_taken_twice_is_a_bad_message()
    {
        var (sidecar, sdk) = AttachConnection.Pair();
        using (sidecar)
        using (sdk)
        using (var signal = EventDescriptor.Create())
        {
            sidecar.Send([1], signal.Descriptor);
            sdk.Receive(Long, out var message);
            using (message)
            {
                Should.Throw<StagingException>(() => message!.TakeEvent(1)).Error.ShouldBe(StagingError.BadMessage);
                Should.Throw<StagingException>(() => message!.TakeEvent(-1)).Error.ShouldBe(StagingError.BadMessage);
                message!.TakeEvent(0).Dispose();
                Should.Throw<StagingException>(() => message.TakeEvent(0)).Error.ShouldBe(StagingError.BadMessage);
            }
        }
    }

    [Fact]
    public void The_end_of_the_peer_is_told_from_silence()
    {
        var (sidecar, sdk) = AttachConnection.Pair();
        using (sdk)
        {
            sdk.Receive(TimeSpan.FromMilliseconds(10), out _).ShouldBe(AttachReceipt.TimedOut);
            sidecar.Send([1]);
            sidecar.Dispose();
            sdk.Receive(Long, out var last).ShouldBe(AttachReceipt.Message);
            last!.Dispose();
            sdk.Receive(Long, out _).ShouldBe(AttachReceipt.Closed);
            Should.Throw<StagingException>(() => sdk.Send([1])).Error.ShouldBe(StagingError.PeerGone);
        }
    }

    [Fact]
    public async Task A_shutdown_ends_a_receive_of_another_thread()
    {
        var (sidecar, sdk) = AttachConnection.Pair();
        using (sidecar)
        using (sdk)
        {
            var receiving = Task.Run(() => sdk.Receive(Timeout.InfiniteTimeSpan, out _));
            await Task.Delay(20);
            sdk.Shutdown();
            (await receiving.WaitAsync(Long)).ShouldBe(AttachReceipt.Closed);
        }
    }

    [Fact]
    public void Who_connects_is_known_by_its_process_and_who_finds_nobody_is_told()
    {
        var path = Path.Combine(Path.GetTempPath(), $"kmf-{Guid.NewGuid():n}.sock");
        using (var listener = new LocalListener(path))
        {
            using var sdk = AttachConnection.Connect(path, Long);
            using var sidecar = new AttachConnection(listener.Accept((int)Long.TotalMilliseconds).ShouldNotBeNull());
            sidecar.PeerProcessId.ShouldBe(Environment.ProcessId);
        }
        Should.Throw<StagingException>(() => AttachConnection.Connect(path, TimeSpan.Zero)).Error.ShouldBe(StagingError.PeerGone);
    }
}
