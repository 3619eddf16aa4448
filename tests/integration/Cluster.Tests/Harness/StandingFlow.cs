namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// A flow that many cases use one after another: starting one takes longer than most of what they do with it. One that a case has left
/// broken is replaced; one that a case has left whole and that stands still afterwards is a fault.
/// </summary>
internal sealed class StandingFlow(TwoNodes cluster) : IDisposable
{
    private readonly Lock _lock = new();
    private Flow? _flow;

    public Flow Take(Action<string> print)
    {
        lock (_lock)
        {
            if (_flow is { IsLeftWhole: false })
                Drop();
            if (_flow is null)
                (_flow = new Flow(cluster, print)).Start();
            _flow.Print = print;
            _flow.AwaitFrames(5);
            return _flow;
        }
    }

    public void Dispose() => Drop();

    private void Drop()
    {
        _flow?.Dispose();
        _flow = null;
    }
}

/// <summary>The standing flow of one class of cases.</summary>
public sealed class SharedFlow : IDisposable
{
    private StandingFlow? _flow;

    public void Dispose() => _flow?.Dispose();

    internal StandingFlow On(TwoNodes cluster) => _flow ??= new(cluster);
}
