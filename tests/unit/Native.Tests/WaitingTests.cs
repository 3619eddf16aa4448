using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Native.Tests;

public sealed class WaitingTests
{
    [Fact]
    public unsafe void A_futex_does_not_sleep_on_a_word_that_has_changed()
    {
        using var file = MemoryFile.Create("word", 4096);
        using var memory = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        Futex.Wait((uint*)memory.Pointer, 1, TimeSpan.FromSeconds(30)).ShouldBe(FutexWait.Changed);
    }

    [Fact]
    public unsafe void A_futex_wait_ends_when_its_time_is_up()
    {
        using var file = MemoryFile.Create("word", 4096);
        using var memory = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        Futex.Wait((uint*)memory.Pointer, 0, TimeSpan.FromMilliseconds(10)).ShouldBe(FutexWait.TimedOut);
    }

    [Fact]
    public async Task A_wake_through_one_mapping_ends_a_sleep_through_another()
    {
        using var file = MemoryFile.Create("word", 4096);
        using var waker = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        using var sleeper = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        var sleeping = Task.Run(() => SleepUntilChanged(sleeper));
        await Task.Delay(20);
        SetAndWake(waker);
        (await sleeping.WaitAsync(Hang.Bound)).ShouldBe(1u);
    }

    [Fact]
    public void Every_signal_is_a_new_edge_though_nobody_drains()
    {
        using var poll = new EventPoll();
        using var first = EventDescriptor.Create();
        using var second = EventDescriptor.Create();
        poll.Add(first.Descriptor, 11);
        poll.Add(second.Descriptor, ulong.MaxValue);
        var tags = new ulong[4];
        for (var round = 0; round < 3; round++)
        {
            first.Signal();
            poll.Wait(tags, 1000).ShouldBe(1);
            tags[0].ShouldBe(11ul);
            poll.Wait(tags, 0).ShouldBe(0);
        }
        second.Signal();
        poll.Wait(tags, 1000).ShouldBe(1);
        tags[0].ShouldBe(ulong.MaxValue);
        first.Drain().ShouldBe(3ul);
        first.Drain().ShouldBe(0ul);
        poll.Remove(first.Descriptor);
        first.Signal();
        poll.Wait(tags, 0).ShouldBe(0);
    }

    private static unsafe void SetAndWake(MappedMemory memory)
    {
        Volatile.Write(ref *(uint*)memory.Pointer, 1);
        Futex.WakeAll((uint*)memory.Pointer);
    }

    private static unsafe uint SleepUntilChanged(MappedMemory memory)
    {
        var word = (uint*)memory.Pointer;
        while (Volatile.Read(ref *word) == 0)
            Futex.Wait(word, 0, TimeSpan.FromMilliseconds(200));
        return *word;
    }
}
