using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>
/// Versions of the plans of one sidecar. The counter begins at the clock, so that a controller that starts again under the same lease goes
/// on above what it said before. Transitions never fall below what the sidecar already follows while this process holds the term: a lease
/// that was deleted begins to count anew, and the sidecar would listen no more. What a sidecar says is input: it moves its own versions and
/// no other sidecar's, and what no lease can have counted is not believed.
/// </summary>
internal sealed class PlanCounter(long leaseTransitions, IWriteFence fence, TimeProvider time)
{
    /// <summary>A lease counts in 32 bits. Above this nothing can be newer, so it is nothing that a controller has said.</summary>
    public const long TransitionsMax = int.MaxValue;

    /// <summary>The year 9999 in milliseconds: counters begin at the clock.</summary>
    public const long CountersMax = 253_402_300_800_000;

    private readonly Lock _lock = new();
    private long _counter, _transitions = Math.Clamp(leaseTransitions, 0, TransitionsMax);

    /// <exception cref="WriteRefusedException">This process leads no more.</exception>
    public PlanVersion Next(long generation)
    {
        fence.Demand();
        lock (_lock)
        {
            var before = _counter;
            _counter = Math.Max(_counter + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
            Invariant.That(_counter > before && _transitions is >= 0 and <= TransitionsMax);
            return new(_transitions, generation, _counter);
        }
    }

    /// <summary>
    /// The sidecar says that it follows this plan: the next version has higher transitions, or the same and a higher counter.
    /// </summary>
    /// <returns>False: no controller can have given it that plan, and no version is above it.</returns>
    public bool Hear(PlanVersion inForce)
    {
        fence.Demand();
        if (!IsPossible(inForce))
            return false;
        lock (_lock)
        {
            if (inForce.LeaseTransitions > _transitions)
                _transitions = inForce.LeaseTransitions + 1;
            else if (inForce.LeaseTransitions == _transitions)
                _counter = Math.Max(_counter, inForce.Counter);
            Invariant.That(_transitions >= inForce.LeaseTransitions);
            Invariant.That(_transitions > inForce.LeaseTransitions || _counter >= inForce.Counter);
        }
        return true;
    }

    private static bool IsPossible(PlanVersion version) => version.LeaseTransitions is >= 0 and < TransitionsMax
        && version is { Generation: >= 0, Counter: >= 0 and < CountersMax };
}
