using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Sidecar.Ports;

/// <summary>What has become of every media operator of the plan, for the status. Thread-safe.</summary>
internal sealed class OperatorRoster
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OperatorStatus> _states;
    private readonly HashSet<string> _attaching = [];

    public OperatorRoster(SidecarPlan plan) => _states = plan.Operators.ToDictionary(
        one => PodTopology.OperatorEnd(one.Name, one.Replica),
        one => new OperatorStatus(one.Name, one.Replica, OperatorState.Waiting, "", ""));

    public IReadOnlyList<OperatorStatus> States
    {
        get
        {
            lock (_gate)
                return [.. _states.Values];
        }
    }

    public bool AllCompleted => States.All(state => state.State == OperatorState.Completed);

    /// <summary>True for the one that may attach under the name now; it calls <see cref="Release"/> when it is attached or has given up.</summary>
    public bool TryReserve(string name)
    {
        lock (_gate)
            return _attaching.Add(name);
    }

    public void Release(string name)
    {
        lock (_gate)
            _attaching.Remove(name);
    }

    public void Set(string name, OperatorState state, string reason = "", string? incarnation = null)
    {
        lock (_gate)
        {
            var old = _states[name];
            _states[name] = old with { State = state, Reason = reason, Incarnation = incarnation ?? old.Incarnation };
        }
    }
}
