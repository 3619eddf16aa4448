using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using K8sMediaFlow.Sdk.Ports;

namespace K8sMediaFlow.Sdk;

/// <summary>An input port. Use it from one thread (or one asynchronous loop) at a time; several ports may be used side by side.</summary>
public sealed class FrameInput : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly MediaOperatorCore _core;
    private readonly InputPort _port;
    private readonly AsyncWaiter _waiter;
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationToken _cancellation;
    private FrameSlot? _taken;

    internal FrameInput(MediaOperatorCore core, InputPort port, AsyncWaiter waiter) => (_core, _port, _waiter) = (core, port, waiter);

    /// <summary>Name of the port in the pipeline.</summary>
    public string Name => _port.Plan.Name;

    /// <summary>What the pipeline says of the frames that come in; null where it says nothing.</summary>
    public FrameCaps? Caps => _port.Plan.Caps;

    /// <summary>Whether every producer has ended its stream and everything was received.</summary>
    public bool Ended
    {
        get
        {
            lock (_core.Gate)
                return !HasFrame() && _port.Ended;
        }
    }

    /// <summary>Duplicates that were recognised by their identity and not handed out.</summary>
    public long Duplicates => _port.Merge.Duplicates;

    /// <summary>Sequences of an ordered input that nobody brought or explained, and frames that came when their place had been given up.</summary>
    public long Lost => _port.Merge.Lost + _port.Merge.Late;

    /// <summary>Takes the next frame if there is one. Never waits. False: none for now, or <see cref="Ended"/>.</summary>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed.</exception>
    public bool TryReceive(out Frame frame)
    {
        lock (_core.Gate)
        {
            _core.ThrowIfFailed();
            _core.Poll();
            frame = default;
            if (!HasFrame())
                return false;
            frame = new Frame(_taken!);
            _core.Hand(_taken!.Tag);
            _taken = null;
            return true;
        }
    }

    /// <summary>
    /// Takes the next frame, sleeping on the operator's doorbell on this thread until there is one. Null at the end of the stream.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed, or the sidecar stayed away too long.</exception>
    public Frame? Receive(CancellationToken cancellation = default)
    {
        if (TryReceive(out var frame))
            return frame;
        var wait = new CoreWait(_core, cancellation);
        while (!_port.Ended)
        {
            wait.Again();
            if (TryReceive(out frame))
                return frame;
        }
        return TryReceive(out frame) ? frame : null;
    }

    /// <summary>
    /// The frames up to the end of the stream. Dispose each one; nothing is allocated per frame. The frames that were not received when the
    /// loop is left stay with their producers.
    /// </summary>
    /// <param name="cancellation">
    /// <see cref="MediaOperator.Stopping"/> ends the sequence; any other token ends it with <see cref="OperationCanceledException"/>.
    /// </param>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed, or the sidecar stayed away too long.</exception>
    public async IAsyncEnumerable<Frame> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            while (!cancellation.IsCancellationRequested && TryReceive(out var frame))
                yield return frame;
            // A failure cancels the same token, and must not look like an end.
            _core.ThrowIfFailed();
            if (cancellation.IsCancellationRequested && cancellation == _core.Stopping)
                yield break;
            cancellation.ThrowIfCancellationRequested();
            if (Ended)
                yield break;
            await WaitAsync(cancellation);
        }
    }

    void IThreadPoolWorkItem.Execute() => _source.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Whether a waiting reader has a reason to look again; under the operator's lock.</summary>
    internal bool IsWakeable() => _cancellation.IsCancellationRequested || _core.Failure is not null || HasFrame() || _port.Ended;

    private bool HasFrame() => (_taken ??= _core.Failure is null ? _port.TryTake() : null) is not null;

    private ValueTask WaitAsync(CancellationToken cancellation)
    {
        lock (_core.Gate)
        {
            _cancellation = cancellation;
            if (IsWakeable())
                return ValueTask.CompletedTask;
            _source.Reset();
            _waiter.Add(this);
            return new ValueTask(this, _source.Version);
        }
    }
}
