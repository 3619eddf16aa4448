namespace K8sMediaFlow.Sdk.Ports;

/// <summary>The awaited call of an input. Null: the end of the stream.</summary>
internal sealed class ReceiveWait(MediaOperatorCore core, AsyncWaiter waiter, InputPort port)
    : PortWait<Frame?>(core, waiter, $"input '{port.Plan.Name}'")
{
    private bool _cancellationIsEnd;

    protected override bool CancellationIsEnd => _cancellationIsEnd;

    public ValueTask<Frame?> Start(bool cancellationIsEnd, CancellationToken cancellationToken)
    {
        lock (Core.Gate)
        {
            ThrowIfPending();
            _cancellationIsEnd = cancellationIsEnd;
            Begin(cancellationToken);
        }
        return Await();
    }

    // The frame stays with the port until the caller has it in hand: what is sent meanwhile does not derive from it, and a call that is not
    // awaited loses none.
    protected override bool TryTake(out Frame? frame)
    {
        frame = port.Peek() is { } slot ? new Frame(slot) : null;
        return frame is not null || port.Ended;
    }

    protected override void HandOver(Frame? frame)
    {
        if (frame is null)
            return;
        lock (Core.Gate)
            port.Take();
    }
}
