using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// Writes a frame with one sendmsg: header, segments where they lie, padding from one shared cache line of zeroes. The kernel has
/// copied everything when the call returns, so a write is complete then.
/// </summary>
internal sealed class TcpSender : IFabricSender
{
    private const int VectorsMax = 1 + 2 * FrameHeaderPrefix.SegmentsMax;

    private readonly TcpEnd _end;
    private readonly FabricOptions _options;
    private readonly uint _epoch;
    private readonly TagQueue _completed;
    private readonly byte[] _header = GC.AllocateArray<byte>(FrameHeaderPrefix.SizeBytes, pinned: true);
    private readonly byte[] _zeroes = GC.AllocateArray<byte>(FrameHeaderPrefix.Alignment, pinned: true);
    private readonly nint _headerAddress, _zeroesAddress;

    public TcpSender(ITcpChannel channel, uint epoch, FabricOptions options)
    {
        _end = new TcpEnd(channel);
        _epoch = epoch;
        _options = options;
        _completed = new TagQueue(options.WritesInFlightMax);
        _headerAddress = Marshal.UnsafeAddrOfPinnedArrayElement(_header, 0);
        _zeroesAddress = Marshal.UnsafeAddrOfPinnedArrayElement(_zeroes, 0);
    }

    public int WritesInFlight => _completed.Count;

    public bool IsKeyUsedUp => _end.Channel.IsKeyUsedUp;

    /// <summary>Send calls so far.</summary>
    internal long TransferCalls => _end.Socket.TransferCalls;

    internal string CongestionControl => _end.Socket.CongestionControl();

    public void Write(uint slot, long offsetBytes, int sizeBytes, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments, ulong tag)
    {
        OutgoingFrame.Check(_epoch, slot, sizeBytes, header, segments);
        lock (_end.Gate)
        {
            _end.ThrowIfFinished();
            _completed.RequireRoom();
            header.CopyTo(_header);
            OutgoingFrame.Seal(_header, segments, _options);
            Span<MemoryVector> vectors = stackalloc MemoryVector[VectorsMax];
            var result = _end.Channel.SendAll(vectors[..Gather(segments, vectors)]);
            if (result.IsError)
                throw _end.Fail(TcpErrors.OfSend(result, _end.IsAborted));
            _completed.Add(tag);
        }
    }

    public int Poll(Span<ulong> completedTags, TimeSpan wait)
    {
        lock (_end.Gate)
        {
            if (_end.IsAborted)
                throw TcpErrors.OfAbort();
            var count = _completed.Take(completedTags);
            if (count > 0)
                return count;
            _end.ThrowIfFinished();
            if (wait > TimeSpan.Zero && HasPeerEnded(wait))
                throw _end.Fail(TcpErrors.OfReceive(default, _end.IsAborted, isMidFrame: false));
            return 0;
        }
    }

    public void Abort() => _end.Abort();

    public void Dispose() => _end.Finish();

    private bool HasPeerEnded(TimeSpan wait)
    {
        try
        {
            return _end.Channel.WaitForEnd(TcpTuning.Milliseconds(wait));
        }
        catch (FabricException failure)
        {
            throw _end.Fail(failure);
        }
    }

    private int Gather(ReadOnlySpan<MemoryPart> segments, Span<MemoryVector> vectors)
    {
        var count = 0;
        vectors[count++] = new MemoryVector(_headerAddress, FrameHeaderPrefix.SizeBytes);
        foreach (var segment in segments)
        {
            if (segment.LengthBytes == 0)
                continue;
            vectors[count++] = new MemoryVector(segment.Address, segment.LengthBytes);
            var padding = (int)(FrameHeaderPrefix.Padded(segment.LengthBytes) - segment.LengthBytes);
            Invariant.That(padding is >= 0 and < FrameHeaderPrefix.Alignment);
            if (padding > 0)
                vectors[count++] = new MemoryVector(_zeroesAddress, padding);
        }
        return count;
    }
}
