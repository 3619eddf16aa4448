using K8sMediaFlow.Kubernetes.Client;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>
/// Versions of plans. The counter begins at the clock, so that a controller that starts again under the same lease goes on above what it
/// said before. Transitions never fall below what a sidecar already follows while this process holds the term: a lease that somebody deleted
/// begins to count anew, and no sidecar would listen again.
/// </summary>
internal sealed class PlanCounter(long leaseTransitions, IWriteFence fence, TimeProvider time)
{
    private long _counter, _transitions = leaseTransitions;

    /// <exception cref="WriteRefusedException">This process leads no more.</exception>
    public PlanVersion Next(long generation)
    {
        fence.Demand();
        long before, next;
        do
        {
            before = Volatile.Read(ref _counter);
            next = Math.Max(before + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        }
        while (Interlocked.CompareExchange(ref _counter, next, before) != before);
        return new(Volatile.Read(ref _transitions), generation, next);
    }

    /// <summary>A sidecar follows this plan. True where ours would be lower for its transitions alone; the next version is higher.</summary>
    public bool Heard(PlanVersion inForce)
    {
        fence.Demand();
        var ours = Volatile.Read(ref _transitions);
        if (inForce.LeaseTransitions <= ours)
            return false;
        Interlocked.CompareExchange(ref _transitions, inForce.LeaseTransitions + 1, ours);
        return true;
    }
}
