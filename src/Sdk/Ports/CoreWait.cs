using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>A blocking wait of one thread: sleeps on the doorbell of the present attach, and goes over to the next one's.</summary>
internal ref struct CoreWait
{
    private readonly MediaOperatorCore _core;
    private readonly CancellationToken _cancellationToken;
    private DoorbellWaiter _doorbell;
    private DoorbellWait _wait;

    public CoreWait(MediaOperatorCore core, CancellationToken cancellationToken)
    {
        (_core, _cancellationToken, _doorbell) = (core, cancellationToken, core.Doorbell);
        _wait = _doorbell.Begin(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits a little; the caller looks again. Every sleep is bounded by 200 ms, within which a cancellation is seen.</summary>
    public void Again()
    {
        // A failure is noted before it cancels the operator's own token: asked in the other order, it could look like the cancellation
        // alone.
        var isCancelled = _cancellationToken.IsCancellationRequested;
        _core.ThrowIfFailed();
        if (isCancelled)
            throw new OperationCanceledException(_cancellationToken);
        if (_core.Doorbell != _doorbell)
        {
            _doorbell = _core.Doorbell;
            _wait = _doorbell.Begin(Timeout.InfiniteTimeSpan);
        }
        _wait.Again();
    }
}
