namespace K8sMediaFlow.Sdk.Ports;

/// <summary>
/// The one awaited call that a port may have at a time. The same object serves one call after the other, so that a wait allocates nothing.
/// </summary>
/// <param name="core">The operator.</param>
/// <param name="waiter">Who looks while the call waits.</param>
/// <param name="port">For messages: <c>input 'video'</c>.</param>
internal abstract partial class PortWait<T>(MediaOperatorCore core, AsyncWaiter waiter, string port)
    : IAwaitedCall
{
    // A pool thread is not kept longer, whatever the operator's policy says.
    private static readonly TimeSpan s_spinMax = TimeSpan.FromMicroseconds(50);

    private static readonly Action<object?> s_wake = static core => ((MediaOperatorCore)core!).Doorbell.Wake();

    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private Exception? _failure;
    private T _result = default!;
    private volatile bool _isPending;
    private bool _isOver;
    private bool _maySpin;

    protected MediaOperatorCore Core => core;

    /// <summary>Whether a cancellation is answered by a default result and not by an exception.</summary>
    protected virtual bool CancellationIsEnd => false;

    /// <exception cref="InvalidOperationException">A call is awaited.</exception>
    public void ThrowIfPending()
    {
        if (_isPending)
            throw new InvalidOperationException(
                $"A call on {port} is awaited already: a port has one awaited call at a time, and each is awaited once.");
    }

    /// <inheritdoc/>
    public bool TryFinish()
    {
        if (!IsSettled())
            return false;
        // A callback that runs at this moment only rings the doorbell: nothing here has to wait for it.
        _registration.Unregister();
        _registration = default;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Tries once. What it throws is what the call ends with. Under the operator's lock, as are the methods below.</summary>
    protected abstract bool TryTake(out T result);

    /// <summary>The call is over: lets go of what it kept.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>The caller has the result in hand.</summary>
    protected virtual void HandOver(T result)
    {
    }

    /// <summary>Begins a call: looks once. Under the operator's lock; the caller goes on to <see cref="Await"/> without it.</summary>
    /// <returns>Whether it has to wait.</returns>
    protected bool Begin(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _isPending = true;
        _isOver = LookForCaller();
        _maySpin = !_isOver && waiter.IsIdle;
        return !_isOver;
    }

    protected ValueTask<T> Await()
    {
        if (!IsOverAtOnce())
            return new ValueTask<T>(this, _source.Version);
        var (result, failure) = Take();
        return failure switch
        {
            null => new ValueTask<T>(result),
            OperationCanceledException => ValueTask.FromCanceled<T>(_cancellationToken),
            _ => ValueTask.FromException<T>(failure),
        };
    }

    /// <summary>The same for a call whose result says nothing.</summary>
    protected ValueTask AwaitEnd()
    {
        if (!IsOverAtOnce())
            return new ValueTask(this, _source.Version);
        return Take().Failure switch
        {
            null => ValueTask.CompletedTask,
            OperationCanceledException => ValueTask.FromCanceled(_cancellationToken),
            var failure => ValueTask.FromException(failure),
        };
    }

    // What comes within the spin costs no change of threads.
    private bool IsOverAtOnce()
    {
        if (_isOver || (_maySpin && ThreadPool.PendingWorkItemCount == 0 && Spin()))
            return true;
        lock (Core.Gate)
        {
            if (LookForCaller())
                return true;
            Suspend();
            return false;
        }
    }

    private bool Spin()
    {
        var doorbell = Core.Doorbell;
        var wait = doorbell.Begin(doorbell.Policy.SpinWithin(s_spinMax));
        while (wait.Again())
        {
            lock (Core.Gate)
            {
                if (LookForCaller())
                    return true;
            }
        }
        return false;
    }

    private void Suspend()
    {
        waiter.Add(this);
        // The operator's own token rings the doorbell by itself.
        if (_cancellationToken.CanBeCanceled && _cancellationToken != Core.Stopping)
            _registration = _cancellationToken.UnsafeRegister(s_wake, Core);
    }

    private (T Result, Exception? Failure) Take()
    {
        var taken = (_result, _failure);
        (_result, _failure, _isPending) = (default!, null, false);
        return taken;
    }

    private bool LookForCaller()
    {
        if (Core.Failure is null)
            Core.Poll();
        if (!IsSettled())
            return false;
        if (_failure is null)
            HandOver(_result);
        return true;
    }

    private bool IsSettled()
    {
        try
        {
            if (!IsCancelled() && !TryTake(out _result))
                return false;
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
        Release();
        return true;
    }

    private bool IsCancelled()
    {
        // A failure is noted before it cancels the operator's own token: asked in the other order, it could look like the cancellation
        // alone.
        var isCancelled = _cancellationToken.IsCancellationRequested;
        Core.ThrowIfFailed();
        if (isCancelled && !CancellationIsEnd)
            throw new OperationCanceledException(_cancellationToken);
        return isCancelled;
    }
}
