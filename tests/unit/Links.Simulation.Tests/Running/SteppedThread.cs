using K8sMediaFlow.Links.Connection;

namespace K8sMediaFlow.Links.Simulation.Tests.Running;

/// <summary>What runs in place of one thread of a link: the same code, from one wait to the next.</summary>
internal sealed class SteppedThread(Scheduler scheduler, Process owner, Func<ValueTask> run, Action<Exception> failed) : ILinkThread, IStep
{
    private const long JoinStepsMax = 200_000;

    public Process? Owner => owner;

    public long Due => 0;

    public bool IsOver { get; private set; }

    public void Run()
    {
        scheduler.Remove(this);
        _ = Follow();
    }

    public void Join() => scheduler.RunUntil(() => IsOver || owner.IsDead, JoinStepsMax);

    private async Task Follow()
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (ProcessDied)
        {
            // With all its threads.
        }
        catch (Exception e)
        {
            failed(e);
        }
        IsOver = true;
    }
}
