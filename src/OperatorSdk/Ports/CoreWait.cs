using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.OperatorSdk.Ports;

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
        _cancellation.ThrowIfCancellationRequested();
        _core.ThrowIfFailed();
        if (_core.Bell != _bell)
        {
            _bell = _core.Bell;
            _wait = _bell.Begin(Timeout.InfiniteTimeSpan);
        }
        _wait.Again();
    }
}
