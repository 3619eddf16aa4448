using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// Reads frames straight into granted blocks. A header is read into memory of this receiver, measured against the grants, and only then
/// copied to the block's start; the read of a body's rest takes the next header along, so where frames wait one call takes one. 1080p
/// frames between two namespaces took 1.9 calls each; waiting in the kernel for the whole body (MSG_WAITALL) instead takes always two, and
/// cost 7 % more CPU (medians of 9 interleaved runs on a busy machine).
/// </summary>
internal sealed class TcpReceiver : IFabricReceiver
{
    private readonly TcpEnd _end;
    private readonly GrantTable _grants;
    private readonly byte[] _header = GC.AllocateArray<byte>(FrameHeaderPrefix.SizeBytes, pinned: true);
    private readonly nint _headerAddress;

    // Where the stream stands: bytes of the next header, and the frame that is arriving with the bytes of it that are there.
    private int _headerBytes;
    private LandingArea _area;
    private int _areaBytes;
    private bool _isInFrame;

    public TcpReceiver(ITcpChannel channel, GrantTable grants)
    {
        _end = new TcpEnd(channel);
        _grants = grants;
        _headerAddress = Marshal.UnsafeAddrOfPinnedArrayElement(_header, 0);
    }

    /// <summary>Receive calls so far.</summary>
    internal long TransferCalls => _end.Socket.TransferCalls;

    public int GrantsMax => _grants.GrantsMax;

    public void Grant(uint slot, long offsetBytes, int sizeBytes) => _grants.Grant(slot, offsetBytes, sizeBytes);

    public bool TryReceive(out Landing landing, TimeSpan wait)
    {
        lock (_end.Gate)
        {
            _end.ThrowIfFinished();
            try
            {
                return TryReadFrame(out landing, new ReceiveWait(wait));
            }
            catch (FabricException failure)
            {
                _end.Fail(failure);
                throw;
            }
        }
    }

    public void Abort() => _end.Abort();

    public void Dispose() => _end.Abort();

    private bool TryReadFrame(out Landing landing, ReceiveWait wait)
    {
        landing = default;
        if (!_isInFrame && !TryReadHeader(wait))
            return false;
        if (!TryReadBody(wait))
            return false;
        Invariant.That(_areaBytes == _area.LengthBytes);
        _isInFrame = false;
        Checksum.Verify(_area);
        landing = new Landing(_area.Slot, _area.LengthBytes);
        return true;
    }

    private bool TryReadHeader(ReceiveWait wait)
    {
        while (_headerBytes < FrameHeaderPrefix.SizeBytes)
        {
            var got = Receive([HeaderRest()], wait);
            if (got == 0)
                return false;
            _headerBytes += got;
        }
        _area = _grants.Use(_header);
        Invariant.That(_area.LengthBytes >= FrameHeaderPrefix.SizeBytes);
        _header.CopyTo(_area.Bytes);
        _areaBytes = FrameHeaderPrefix.SizeBytes;
        _headerBytes = 0;
        _isInFrame = true;
        return true;
    }

    private bool TryReadBody(ReceiveWait wait)
    {
        while (_areaBytes < _area.LengthBytes)
        {
            // Bytes of the next header come with the last bytes of this frame only.
            Invariant.That(_headerBytes == 0);
            var rest = _area.LengthBytes - _areaBytes;
            var got = Receive([new MemoryVector(_area.Address + _areaBytes, rest), HeaderRest()], wait);
            if (got == 0)
                return false;
            _areaBytes += Math.Min(got, rest);
            _headerBytes = Math.Max(0, got - rest);
        }
        return true;
    }

    private MemoryVector HeaderRest() => new(_headerAddress + _headerBytes, FrameHeaderPrefix.SizeBytes - _headerBytes);

    /// <summary>Bytes received; 0 when the caller's wait has run out.</summary>
    private int Receive(ReadOnlySpan<MemoryVector> vectors, ReceiveWait wait)
    {
        var result = _end.Channel.Receive(vectors, wait);
        if (result.WouldBlock && !_end.IsAborted)
            return 0;
        if (result.IsError || result.Bytes == 0)
            throw TcpErrors.OfReceive(result, _end.IsAborted, _isInFrame || _headerBytes > 0);
        return result.Bytes;
    }
}
