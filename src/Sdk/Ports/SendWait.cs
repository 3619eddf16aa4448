namespace K8sMediaFlow.Sdk.Ports;

/// <summary>The awaited call of an output: for a loan, or for the room of a forward.</summary>
internal sealed class SendWait(MediaOperatorCore core, AsyncWaiter waiter, OutputPort port)
    : PortWait<FrameLoan>(core, waiter, $"output '{port.Plan.Name}'")
{
    private LoanRequest _loan;
    private Forwarding _forward;
    private bool _isForward;

    public ValueTask<FrameLoan> StartLoan(in LoanRequest loan, CancellationToken cancellationToken)
    {
        lock (Core.Gate)
        {
            ThrowIfPending();
            (_loan, _isForward) = (loan, false);
            if (Begin(cancellationToken))
                port.CountWait();
        }
        return Await();
    }

    /// <summary>Takes over the forward's metadata.</summary>
    public ValueTask StartForward(in Forwarding forward, CancellationToken cancellationToken)
    {
        lock (Core.Gate)
        {
            try
            {
                ThrowIfPending();
            }
            catch
            {
                forward.Release();
                throw;
            }
            (_forward, _isForward) = (forward, true);
            if (Begin(cancellationToken))
                port.CountWait();
        }
        return AwaitEnd();
    }

    protected override bool TryTake(out FrameLoan loan)
    {
        loan = default;
        return _isForward ? _forward.TrySend() : _loan.TryTake(Core, port, out loan);
    }

    protected override void Release()
    {
        if (_isForward)
            _forward.Release();
        (_forward, _loan) = (default, default);
    }
}
