using System.Diagnostics;
using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// Reads 32 bytes from each connection and nothing more. A connection that shows no open token, or is slow about it, is closed. The number
/// that may wait for their token is bounded; when it is reached the one that has waited longest is closed, so that silent connections
/// cannot shut out a peer for long.
/// </summary>
internal sealed class TokenAcceptor(StreamSocket listening, TcpListener listener, TimeSpan handshakeTimeout)
{
    private const int VisitorsMax = 64;
    private const int TurnMs = 100;

    private readonly List<Visitor> _visitors = [];

    /// <summary>Ends when the listening socket has been shut down.</summary>
    public void Run()
    {
        while (TakeTurn())
        {
        }
        foreach (var visitor in _visitors)
            visitor.Socket.Dispose();
    }

    private bool TakeTurn()
    {
        StreamSocket[] sockets = [listening, .. _visitors.Select(visitor => visitor.Socket)];
        Span<bool> isReady = stackalloc bool[1 + VisitorsMax];
        Invariant.That(sockets.Length <= isReady.Length);
        SocketPoll.WaitReadable(sockets, isReady, TurnMs);
        for (var index = _visitors.Count - 1; index >= 0; index--)
        {
            if (_visitors[index].IsOver(handshakeTimeout) || (isReady[1 + index] && HasLeft(_visitors[index])))
                _visitors.RemoveAt(index);
        }
        return !isReady[0] || TryTakeIn();
    }

    private bool TryTakeIn()
    {
        var socket = listening.Accept(out var result);
        if (socket is not null)
        {
            MakeRoom();
            _visitors.Add(new Visitor(socket));
            return true;
        }
        if (result.IsShutDown)
            return false;
        // Out of descriptors, or the visitor left before it was taken in: do not spin on it.
        Thread.Sleep(TimeSpan.FromMilliseconds(10));
        return true;
    }

    private void MakeRoom()
    {
        if (_visitors.Count < VisitorsMax)
            return;
        _visitors[0].Socket.Dispose();
        _visitors.RemoveAt(0);
    }

    /// <summary>Whether the visitor is dealt with: handed over or sent away.</summary>
    private bool HasLeft(Visitor visitor)
    {
        switch (visitor.Read())
        {
            case VisitorState.Reading:
                return false;
            case VisitorState.HasShown when listener.TryHandOver(visitor.Preamble, visitor.Socket):
                return true;
            default:
                visitor.Socket.Dispose();
                return true;
        }
    }

    private enum VisitorState
    {
        Reading,
        HasShown,
        Gone,
    }

    private sealed class Visitor(StreamSocket socket)
    {
        private readonly byte[] _preamble = GC.AllocateArray<byte>(TcpPreamble.SizeBytes, pinned: true);
        private readonly long _arrivedTicks = Stopwatch.GetTimestamp();
        private int _received;

        public StreamSocket Socket => socket;

        public ReadOnlySpan<byte> Preamble => _preamble;

        public bool IsOver(TimeSpan timeout)
        {
            var isOver = Stopwatch.GetElapsedTime(_arrivedTicks) > timeout;
            if (isOver)
                socket.Dispose();
            return isOver;
        }

        public VisitorState Read()
        {
            Invariant.That(_received < TcpPreamble.SizeBytes);
            var rest = new MemoryVector(Marshal.UnsafeAddrOfPinnedArrayElement(_preamble, _received), TcpPreamble.SizeBytes - _received);
            var result = socket.Receive([rest], waits: false);
            if (result.WouldBlock)
                return VisitorState.Reading;
            if (result.IsError || result.Bytes == 0)
                return VisitorState.Gone;
            _received += result.Bytes;
            return _received == TcpPreamble.SizeBytes ? VisitorState.HasShown : VisitorState.Reading;
        }
    }
}
