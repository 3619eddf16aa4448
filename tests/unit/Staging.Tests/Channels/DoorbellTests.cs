using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Channels;

public sealed class FutexDoorbellTests : DoorbellTests
{
    protected override (DoorbellWaiter Waiter, DoorbellNotifier Ringer) Make(MappedMemory waiter, MappedMemory ringer, WaitPolicy policy) =>
        (DoorbellWaiter.ByFutex(waiter, policy), new DoorbellNotifier(ringer));
}

public sealed class PollDoorbellTests : DoorbellTests
{
    protected override (DoorbellWaiter Waiter, DoorbellNotifier Ringer) Make(MappedMemory waiter, MappedMemory ringer, WaitPolicy policy)
    {
        var doorbell = DoorbellWaiter.ByPoll(waiter, policy);
        return (doorbell, new DoorbellNotifier(ringer, doorbell.AddPeer()));
    }
}

/// <summary>What every kind of doorbell keeps.</summary>
public abstract class DoorbellTests : IDisposable
{
    private static readonly TimeSpan Long = Hang.Bound;

    private readonly MemoryFile _file = Doorbell.Create("test-doorbell");
    private readonly MappedMemory _waiterMemory;
    private readonly MappedMemory _ringerMemory;

    protected DoorbellTests()
    {
        _waiterMemory = Doorbell.Map(_file);
        _ringerMemory = Doorbell.Map(_file);
    }

    protected abstract (DoorbellWaiter Waiter, DoorbellNotifier Ringer) Make(MappedMemory waiter, MappedMemory ringer, WaitPolicy policy);

    public void Dispose()
    {
        _waiterMemory.Dispose();
        _ringerMemory.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void A_ring_between_announcement_and_sleep_prevents_the_sleep()
    {
        var (waiter, ringer) = Make();
        using (waiter)
        {
            for (var round = 0; round < 100; round++)
            {
                var prepared = waiter.PrepareSleep();
                ringer.Ring();
                waiter.Sleep(prepared, Long).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void A_ring_before_the_announcement_does_not()
    {
        var (waiter, ringer) = Make();
        using (waiter)
        {
            ringer.Ring();
            waiter.Sleep(waiter.PrepareSleep(), TimeSpan.FromMilliseconds(10)).ShouldBeFalse();
        }
    }

    [Fact]
    public void No_sleep_is_longer_than_a_fifth_of_a_second()
    {
        var (waiter, _) = Make();
        using (waiter)
            waiter.Sleep(waiter.PrepareSleep(), TimeSpan.MaxValue).ShouldBeFalse();
    }

    [Fact]
    public async Task A_wake_from_within_ends_a_sleep()
    {
        var (waiter, _) = Make();
        using (waiter)
        {
            var stop = false;
            var waiting = Task.Run(() =>
            {
                var wait = waiter.Begin(Timeout.InfiniteTimeSpan);
                while (!Volatile.Read(ref stop))
                    wait.Again().ShouldBeTrue();
            });
            await Task.Delay(20);
            Volatile.Write(ref stop, true);
            waiter.Wake();
            await waiting.WaitAsync(Long);
        }
    }

    [Theory]
    [InlineData(WaitMode.Event)]
    [InlineData(WaitMode.Hybrid)]
    [InlineData(WaitMode.Busy)]
    public void A_wait_for_nothing_ends_when_its_time_is_up(WaitMode mode)
    {
        var (waiter, _) = Make(_waiterMemory, _ringerMemory, new WaitPolicy(mode, 20));
        using (waiter)
        {
            var wait = waiter.Begin(TimeSpan.FromMilliseconds(30));
            while (wait.Again())
            {
            }
        }
    }

    [Theory]
    [InlineData(WaitMode.Event, 0)]
    [InlineData(WaitMode.Hybrid, 5)]
    public async Task No_wake_up_is_lost_between_two_threads(WaitMode mode, int spinMicroseconds)
    {
        using var there = new TestChannel(1);
        using var back = new TestChannel(1);
        using var otherFile = Doorbell.Create("test-doorbell-other");
        using var otherWaiter = Doorbell.Map(otherFile);
        using var otherRinger = Doorbell.Map(otherFile);
        var policy = new WaitPolicy(mode, spinMicroseconds);
        var (mine, ringsMine) = Make(_waiterMemory, _ringerMemory, policy);
        var (yours, ringsYours) = Make(otherWaiter, otherRinger, policy);
        using (mine)
        using (yours)
        {
            const int Rounds = 10_000;
            var echo = new PingPong(there.Consumer, back.Producer, yours, ringsMine);
            var lead = new PingPong(back.Consumer, there.Producer, mine, ringsYours);
            var echoing = Task.Factory.StartNew(() => echo.Echo(Rounds), TaskCreationOptions.LongRunning);
            var leading = Task.Factory.StartNew(() => lead.Lead(Rounds), TaskCreationOptions.LongRunning);
            await Task.WhenAll(echoing, leading).WaitAsync(Hang.Bound);
            (echo.LateWakeUps + lead.LateWakeUps).ShouldBe(0);
        }
    }

    private (DoorbellWaiter Waiter, DoorbellNotifier Ringer) Make() =>
        Make(_waiterMemory, _ringerMemory, new WaitPolicy(WaitMode.Event, 0));
}
