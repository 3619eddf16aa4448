namespace K8sMediaFlow.Links.Simulation.Tests.Running;

/// <summary>A wait of a link's thread: it goes on when what it waits for is there, or when its time is over.</summary>
internal sealed class Suspension(Scheduler scheduler, Process owner, Func<bool> isOver, long until) : IStep
{
    // Its continuation runs where the wait is ended: no other thread, no queue.
    private readonly TaskCompletionSource _end = new();

    public Process? Owner => owner;

    public long Due => isOver() ? 0 : until;

    public ValueTask Begin()
    {
        scheduler.Add(this);
        return new ValueTask(_end.Task);
    }

    public void Run()
    {
        scheduler.Remove(this);
        _end.SetResult();
    }
}
