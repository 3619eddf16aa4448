using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>A blocking wait of one thread: sleeps on the bell of the present attach, and goes over to the next one's.</summary>
internal ref struct CoreWait
{
    private readonly OperatorCore _core;
    private readonly CancellationToken _cancellation;
    private BellWaiter _bell;
    private BellWait _wait;

    public CoreWait(OperatorCore core, CancellationToken cancellation)
    {
        (_core, _cancellation, _bell) = (core, cancellation, core.Bell);
        _wait = _bell.Begin(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits a little; the caller looks again. Every sleep is bounded by 200 ms, within which a cancellation is seen.</summary>
    public void Again()
    {
        // A failure is noted before it cancels the operator's own token: asked in the other order, it could look like the cancellation alone.
        var isCancelled = _cancellation.IsCancellationRequested;
        _core.ThrowIfFailed();
        if (isCancelled)
            throw new OperationCanceledException(_cancellation);
        if (_core.Bell != _bell)
        {
            _bell = _core.Bell;
            _wait = _bell.Begin(Timeout.InfiniteTimeSpan);
        }
        _wait.Again();
    }
}
