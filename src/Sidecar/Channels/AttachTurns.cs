using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>Who is on its way in under which name: one at a time. Thread-safe.</summary>
internal sealed class AttachTurns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, AttachSession> _attaching = [];

    /// <summary>Null: it is the session's turn, until <see cref="End"/>. Else the session whose turn it is.</summary>
    public AttachSession? TryBegin(string name, AttachSession session)
    {
        lock (_gate)
            return _attaching.TryAdd(name, session) ? null : _attaching[name];
    }

    /// <summary>It has attached, or has given up.</summary>
    public void End(string name)
    {
        lock (_gate)
            Invariant.That(_attaching.Remove(name));
    }
}
