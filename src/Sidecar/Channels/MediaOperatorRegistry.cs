using System.Globalization;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>What has become of every media operator of the plan, for the status. Thread-safe.</summary>
internal sealed class MediaOperatorRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MediaOperatorReport> _states;
    private readonly Dictionary<string, (ulong Incarnation, string Reason)> _banned = [];
    private readonly bool _isBatch;
    private readonly CompletedStore _completed;

    /// <param name="plan">Names the media operators.</param>
    /// <param name="completed">Those of them that had completed before this life of the sidecar.</param>
    public MediaOperatorRegistry(SidecarPlan plan, CompletedStore completed)
    {
        _completed = completed;
        _isBatch = plan.Execution == Execution.Batch;
        _states = plan.Operators.ToDictionary(
            one => PodTopology.MediaOperatorEndpoint(one.Name, one.Replica),
            one => new MediaOperatorReport(one.Name, one.Replica, MediaOperatorState.Waiting, "", ""));
        foreach (var name in Completed)
            _states[name] = _states[name] with { State = MediaOperatorState.Completed };
    }

    /// <summary>The state of a media operator has changed.</summary>
    public ChangeSignal Changes { get; } = new();

    /// <summary>The media operators of the plan that have completed.</summary>
    public IReadOnlyList<string> Completed => [.. _completed.Names.Where(_states.ContainsKey)];

    public IReadOnlyList<MediaOperatorReport> States
    {
        get
        {
            lock (_gate)
                return [.. _states.Values];
        }
    }

    public bool AllCompleted => States.All(state => state.State == MediaOperatorState.Completed);

    /// <summary>A new life of the operator begins.</summary>
    public void Attach(string name, ulong incarnation)
    {
        lock (_gate)
        {
            if (_banned.TryGetValue(name, out var banned) && banned.Incarnation != incarnation)
                _banned.Remove(name);
            Change(name, MediaOperatorState.Attached, "", incarnation);
        }
    }

    /// <summary>What became of this life. A banned one stays failed, whatever it says or is seen to do afterwards.</summary>
    public void Set(string name, ulong incarnation, MediaOperatorState state, string reason = "")
    {
        lock (_gate)
            Change(name, state, reason, incarnation);
    }

    /// <summary>This life of the operator broke the protocol: it has failed, and <see cref="BanOf"/> keeps it out.</summary>
    public void Ban(string name, ulong incarnation, string reason)
    {
        lock (_gate)
        {
            Change(name, MediaOperatorState.Failed, reason, incarnation);
            if (!_banned.TryGetValue(name, out var earlier) || earlier.Incarnation != incarnation)
                _banned[name] = (incarnation, reason);
        }
    }

    /// <summary>
    /// Why this life may not attach; null if it may. A Batch run has failed with its operator; a Streaming one goes on with the operator's
    /// next process.
    /// </summary>
    public string? BanOf(string name, ulong incarnation)
    {
        lock (_gate)
            return _banned.TryGetValue(name, out var banned) && (_isBatch || banned.Incarnation == incarnation)
                ? banned.Reason
                : null;
    }

    private void Change(string name, MediaOperatorState state, string reason, ulong incarnation)
    {
        if (_banned.TryGetValue(name, out var banned) && banned.Incarnation == incarnation)
            return;
        if (state == MediaOperatorState.Completed)
            _completed.Add(name);
        else if (state is MediaOperatorState.Attached or MediaOperatorState.Failed)
            _completed.Remove(name);
        _states[name] = _states[name] with
        {
            State = state,
            Reason = reason,
            Incarnation = incarnation.ToString("x16", CultureInfo.InvariantCulture),
        };
        Changes.Raise();
    }
}
