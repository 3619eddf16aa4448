using System.Collections.Concurrent;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>The sessions of one term of leadership: one for each pod that has an address.</summary>
internal sealed class SidecarSessions(Func<TlsIdentity> identity, Func<PlanCounter> versions, Action<ObjectKey> changed, ILogger logger,
    CancellationToken end) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ObjectKey, Dictionary<string, SidecarSession>> _byPipeline = [];

    public int Count => _byPipeline.Values.Sum(sessions => sessions.Count);

    /// <summary>The session with a pod. One reconcile at a time touches a pipeline's.</summary>
    public SidecarSession With(ObjectKey pipeline, SidecarTarget target)
    {
        var sessions = _byPipeline.GetOrAdd(pipeline, static _ => []);
        if (sessions.TryGetValue(target.PodUid, out var session) && session.Target.Address.Equals(target.Address))
            return session;
        if (session is not null)
            _ = session.DisposeAsync().AsTask();
        return sessions[target.PodUid] = new(target, identity, versions(), () => changed(pipeline), logger, end);
    }

    public SidecarReport Report(ObjectKey pipeline, string podUid) =>
        _byPipeline.TryGetValue(pipeline, out var sessions) && sessions.TryGetValue(podUid, out var session)
            ? session.Report
            : SidecarReport.Unknown;

    /// <summary>Ends the sessions with pods that are not among these.</summary>
    public void Keep(ObjectKey pipeline, IReadOnlySet<string> podUids)
    {
        if (!_byPipeline.TryGetValue(pipeline, out var sessions))
            return;
        foreach (var gone in sessions.Keys.Where(uid => !podUids.Contains(uid)).ToList())
        {
            sessions.Remove(gone, out var session);
            _ = session!.DisposeAsync().AsTask();
        }
        if (podUids.Count == 0)
            _byPipeline.TryRemove(pipeline, out _);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _byPipeline.Values.SelectMany(sessions => sessions.Values))
            await session.DisposeAsync();
        _byPipeline.Clear();
    }
}
