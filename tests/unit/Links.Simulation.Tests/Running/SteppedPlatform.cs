using System.Net.Sockets;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Simulation.Tests.Network;

namespace K8sMediaFlow.Links.Simulation.Tests.Running;

/// <summary>The machine of one simulated sidecar process: its links' threads are steps of the scheduler, and their waits take virtual
/// time.</summary>
internal sealed class SteppedPlatform(Scheduler scheduler, Process owner, ControlNetwork network, string address, Action<Exception> failed)
    : LinkPlatform, IStep
{
    private const long JoinStepsMax = 200_000;

    private readonly LinkLoop _loop = new(isStepped: true);

    public Process? Owner => owner;

    public override LinkLoop Loop => _loop;

    public override double Chance => scheduler.Random.NextDouble();

    /// <summary>Of the loop's next turn.</summary>
    public long Due => _loop.NextDueNanoseconds;

    public void Run() => _loop.RunDue();

    public override ControlConnection Dialling(AddressFamily family, TimeSpan writeTimeout) => network.Dialling(owner, address);

    public override ILinkThread Start(string name, Func<ValueTask> run)
    {
        var thread = new SteppedThread(scheduler, owner, run, failed);
        scheduler.Add(thread);
        return thread;
    }

    public override ValueTask<T> RunApart<T>(Func<ValueTask<T>> handshake) => handshake();

    public override void RunLater<T>(Action<T> action, T state) =>
        scheduler.After(scheduler.Between(0, Scheduler.Millisecond), owner, () => action(state));

    public override ValueTask Wait(WakeSignal signal, TimeSpan timeout)
    {
        return Take(signal, Suspend(() => signal.IsRung, timeout));

        static async ValueTask Take(WakeSignal signal, ValueTask wait)
        {
            await wait.ConfigureAwait(false);
            signal.Wait(TimeSpan.Zero);
        }
    }

    public override ValueTask Wait(ILinkSource source, TimeSpan timeout)
    {
        var news = (IHasNews)source;
        return Take(news, Suspend(() => news.HasNews, timeout));

        static async ValueTask Take(IHasNews news, ValueTask wait)
        {
            await wait.ConfigureAwait(false);
            news.Seen();
        }
    }

    public override ValueTask WaitedFor(object fabricEnd, TimeSpan timeout)
    {
        var news = (IHasNews)fabricEnd;
        news.Seen();
        return Suspend(() => news.HasNews, timeout);
    }

    public override ValueTask WaitFor(Task reading) => Suspend(() => reading.IsCompleted, Timeout.InfiniteTimeSpan);

    public override ValueTask<bool> WaitUntil(Func<bool> isTrue, object gate, TimeSpan timeout)
    {
        return Ask(isTrue, Suspend(isTrue, timeout));

        static async ValueTask<bool> Ask(Func<bool> isTrue, ValueTask wait)
        {
            await wait.ConfigureAwait(false);
            return isTrue();
        }
    }

    public override void AwaitEnd(Func<TimeSpan, bool> waitFor) =>
        scheduler.RunUntil(() => owner.IsDead || waitFor(TimeSpan.Zero), JoinStepsMax);

    private ValueTask Suspend(Func<bool> isOver, TimeSpan timeout)
    {
        var until = timeout < TimeSpan.Zero ? Scheduler.Never : scheduler.Now + (long)timeout.TotalNanoseconds;
        return new Suspension(scheduler, owner, isOver, until).Begin();
    }
}

/// <summary>Something that a link's thread waits for.</summary>
internal interface IHasNews
{
    bool HasNews { get; }

    /// <summary>What has come is known.</summary>
    void Seen();
}
