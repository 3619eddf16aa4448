using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// Cuts a frame into work requests. A frame lies in its block without a gap, so one write gathers all of it where the device takes so many
/// parts and so many bytes at once; otherwise several writes that are not signaled come first. The last one carries the immediate. Reused;
/// not for two threads.
/// </summary>
internal sealed class FrameGather(int partsPerWorkMax, uint messageBytesMax)
{
    public const int WorksMax = 64;

    private readonly SendWork[] _works = new SendWork[WorksMax];
    private readonly MemoryPiece[] _parts = new MemoryPiece[WorksMax + 2 * FrameHeaderPrefix.SegmentsMax + 1];
    private readonly long _messageBytesMax = Math.Min(messageBytesMax, int.MaxValue);

    // Works that parts may end before they are full are left out.
    private readonly long _totalBytesMax = Math.Min(messageBytesMax,
        int.MaxValue) * (long)(WorksMax - 2 - (2 * FrameHeaderPrefix.SegmentsMax + 1) / partsPerWorkMax);
    private int _workCount, _partCount, _workParts;
    private long _workBytes;
    private ulong _address;
    private uint _key;

    public ReadOnlySpan<SendWork> Works => _works.AsSpan(0, _workCount);

    public ReadOnlySpan<MemoryPiece> Parts => _parts.AsSpan(0, _partCount);

    /// <summary>Whether a frame of that length can be cut at all: known before a byte of it is touched.</summary>
    public bool Fits(long totalBytes) => totalBytes <= _totalBytesMax;

    public void Begin(ulong remoteAddress, uint remoteKey)
    {
        (_workCount, _partCount, _workParts, _workBytes) = (0, 0, 0, 0);
        (_address, _key) = (remoteAddress, remoteKey);
    }

    public void Add(nint address, int lengthBytes, uint localKey)
    {
        while (lengthBytes > 0)
        {
            if (_workParts == partsPerWorkMax || _workBytes == _messageBytesMax)
                Close(default, SendKind.Write, isSignaled: false, immediate: 0);
            var now = (int)Math.Min(lengthBytes, _messageBytesMax - _workBytes);
            _parts[_partCount++] = new MemoryPiece(address, now, localKey);
            _workParts++;
            _workBytes += now;
            address += now;
            lengthBytes -= now;
        }
    }

    public void End(ulong id, uint immediate) => Close(id, SendKind.WriteWithImmediate, isSignaled: true, immediate);

    private void Close(ulong id, SendKind kind, bool isSignaled, uint immediate)
    {
        Invariant.That(_workCount < WorksMax);
        _works[_workCount++] = new SendWork(id, kind, isSignaled, immediate, _address, _key, _workParts);
        _address += (ulong)_workBytes;
        (_workParts, _workBytes) = (0, 0);
    }
}
