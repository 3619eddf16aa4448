using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// How one end of a data connection comes to its end, once. Every use of the socket holds the gate. An abort marks the end, shuts the
/// socket down, which makes a blocked call return, and then passes through the gate: a thread that was inside has left, a thread that comes
/// later sees the mark, so no byte is moved afterwards. Exactly one caller, the one that claims the end, shuts down and closes: a
/// descriptor is never touched after its number may belong to another file. Closing resets the connection, for a shutdown alone leaves a
/// peer that is blocked on a full window uninformed (measured: until its own write timeout).
/// </summary>
internal sealed class TcpEnd(ITcpChannel channel)
{
    private int _isClaimed;
    private volatile bool _isAborted;
    private FabricException? _failure;

    public Lock Gate { get; } = new();

    public ITcpChannel Channel => channel;

    public StreamSocket Socket => channel.Socket;

    public bool IsAborted => _isAborted;

    /// <summary>Inside the gate, before the socket is used.</summary>
    public void ThrowIfFinished()
    {
        Invariant.That(Gate.IsHeldByCurrentThread);
        if (_isAborted)
            throw TcpErrors.OfAbort();
        if (_failure is not null)
            throw new FabricException(_failure.Error, _failure.Message, _failure);
    }

    /// <summary>Inside the gate: the connection is of no use any more. Returns what to throw.</summary>
    public FabricException Fail(FabricException failure)
    {
        Invariant.That(Gate.IsHeldByCurrentThread);
        _failure = failure;
        if (TryClaim())
            Reset();
        return failure;
    }

    public void Abort()
    {
        _isAborted = true;
        if (!TryClaim())
        {
            PassGate();
            return;
        }
        Socket.Shutdown();
        lock (Gate)
            Reset();
    }

    /// <summary>Closes in good order: what the kernel has taken is still sent. Waits for a call in progress.</summary>
    public void Finish()
    {
        _isAborted = true;
        if (!TryClaim())
            return;
        lock (Gate)
            channel.Dispose();
    }

    private bool TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;

    private void PassGate()
    {
        lock (Gate)
        {
            // Being let in is all there is to it.
        }
    }

    private void Reset()
    {
        Invariant.That(_isClaimed == 1 && Gate.IsHeldByCurrentThread);
        Socket.SetResetOnClose();
        channel.Dispose();
    }
}
