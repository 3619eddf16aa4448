using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.MediaOperators.Bridging;

/// <summary>Cancels what waits for a program when its time is over, as far as it counts.</summary>
internal sealed class ProgramDeadline : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over;
    private readonly Patience _waiting;
    private readonly TimeSpan _patience;
    private readonly Timer _timer;

    /// <param name="stopping">Cancels it earlier.</param>
    public ProgramDeadline(PipedProcess process, TimeSpan patience, CancellationToken stopping)
    {
        (_waiting, _patience) = (process.NewPatience(), patience);
        _over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _timer = new Timer(_ => Look(), null, PipedProcess.Step, PipedProcess.Step);
    }

    public CancellationToken Token => _over.Token;

    public void Dispose()
    {
        // A look that is under way ends first: it uses both.
        using (var looked = new ManualResetEvent(false))
            if (_timer.Dispose(looked))
                looked.WaitOne();
        _over.Dispose();
    }

    // On a busy machine two may be due at once.
    private void Look()
    {
        lock (_lock)
            if (_waiting.Look() >= _patience)
                _over.Cancel();
    }
}
