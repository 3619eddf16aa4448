using System.Runtime.CompilerServices;
using K8sMediaFlow.Sdk.Ports;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// An input port. Use it from one thread, or one asynchronous loop, at a time: while a <see cref="ReceiveAsync"/> is awaited, every other
/// call that takes a frame throws <see cref="InvalidOperationException"/>. Several ports may be used side by side.
/// </summary>
public sealed class FrameInput
{
    private readonly MediaOperatorCore _core;
    private readonly InputPort _port;
    private readonly ReceiveWait _wait;

    internal FrameInput(MediaOperatorCore core, InputPort port, AsyncWaiter waiter) =>
        (_core, _port, _wait) = (core, port, new ReceiveWait(core, waiter, port));

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
                return _port.Peek() is null && _port.Ended;
        }
    }

    /// <summary>Duplicates that were recognised by their identity and not handed out.</summary>
    public long Duplicates => _port.Merge.Duplicates;

    /// <summary>
    /// Sequences of an ordered input that no producer brought or explained, and frames that came when their place had been given up.
    /// </summary>
    public long Lost => _port.Merge.Lost + _port.Merge.Late;

    /// <summary>Takes the next frame if there is one. Never waits. False: none for now, or <see cref="Ended"/>.</summary>
    /// <exception cref="InvalidOperationException">A <see cref="ReceiveAsync"/> of this port is awaited.</exception>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed.</exception>
    public bool TryReceive(out Frame frame)
    {
        lock (_core.Gate)
        {
            _wait.ThrowIfPending();
            _core.ThrowIfFailed();
            _core.Poll();
            frame = default;
            if (_port.Peek() is not { } slot)
                return false;
            frame = new Frame(slot);
            _port.Take();
            return true;
        }
    }

    /// <summary>
    /// Takes the next frame; null at the end of the stream. Blocks the calling thread until there is one: on a thread of the thread pool
    /// use <see cref="ReceiveAsync"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">A <see cref="ReceiveAsync"/> of this port is awaited.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and no frame was there.</exception>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed, or the sidecar stayed away too long.</exception>
    public Frame? Receive(CancellationToken cancellationToken = default)
    {
        if (TryReceive(out var frame))
            return frame;
        var wait = new CoreWait(_core, cancellationToken);
        while (!_port.Ended)
        {
            wait.Again();
            if (TryReceive(out frame))
                return frame;
        }
        return TryReceive(out frame) ? frame : null;
    }

    /// <summary>
    /// Takes the next frame; null at the end of the stream. No thread is blocked meanwhile and nothing is allocated. A cancelled call takes
    /// no frame.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait at once. A token that is cancelled already takes nothing.</param>
    /// <exception cref="InvalidOperationException">Another call of this port is awaited.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed, or the sidecar stayed away too long.</exception>
    public ValueTask<Frame?> ReceiveAsync(CancellationToken cancellationToken = default) =>
        _wait.Start(cancellationIsEnd: false, cancellationToken);

    /// <summary>
    /// The frames up to the end of the stream. Dispose each one; nothing is allocated per frame. The frames that were not received when the
    /// loop is left stay with their producers.
    /// </summary>
    /// <param name="cancellationToken">
    /// <see cref="MediaOperator.Stopping"/> ends the sequence; any other token ends it with <see cref="OperationCanceledException"/>.
    /// </param>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed, or the sidecar stayed away too long.</exception>
    public async IAsyncEnumerable<Frame> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _wait.Start(cancellationIsEnd: cancellationToken == _core.Stopping, cancellationToken) is { } frame)
            yield return frame;
    }
}
