using System.Diagnostics;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// Posts a frame as writes out of the producers' blocks; the last one carries the immediate that tells the receiver. All of a frame goes by
/// one queue pair, the next one by the next.
/// </summary>
internal sealed class VerbsSender : IFabricSender
{
    private readonly VerbsEnd _end;
    private readonly VerbsOfferPayload _peer;
    private readonly VerbsRegistrations _registrations;
    private readonly FabricOptions _options;
    private readonly HeaderShelf _shelf;
    private readonly FrameGather _gather;
    private readonly WriteRing _writes;
    private readonly int _worksMax;
    private ulong _posted;
    private int _pair;

    public VerbsSender(VerbsEnd end, VerbsOfferPayload peer, VerbsDevice device, VerbsRegistrations registrations, FabricOptions options)
    {
        (_end, _peer, _registrations, _options) = (end, peer, registrations, options);
        _worksMax = WorksMax(options);
        _writes = new WriteRing(options.WritesInFlightMax, end.PairCount);
        _gather = new FrameGather(end.PartsPerWorkMax, device.Port.State.MessageBytesMax);
        _shelf = new HeaderShelf(device.Domain, options.WritesInFlightMax);
        end.Own(_shelf);
    }

    public int WritesInFlight => _writes.Count;

    /// <summary>Room in the send queue: a frame is one work request, larger ones than a device takes at once are several.</summary>
    public static int WorksMax(FabricOptions options) => options.WritesInFlightMax + FrameGather.WorksMax;

    public void Write(uint slot, long offsetBytes, int sizeBytes, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments, ulong tag)
    {
        var total = OutgoingFrame.Check(_peer.Epoch, slot, sizeBytes, header, segments);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slot, FrameImmediate.SlotMax);
        lock (_end.Gate)
        {
            _end.ThrowIfFinished();
            _writes.RequireRoom();
            if (!_gather.Fits(total))
                throw new FabricException(FabricError.TooLarge,
                    $"a frame of {total} bytes is more than {FrameGather.WorksMax} writes of this device");
            try
            {
                Gather(offsetBytes, slot, header, segments);
                if (_writes.Works + _gather.Works.Length > _worksMax)
                    AwaitRoom(_gather.Works.Length);
                _end.Post(_pair, _gather.Works, _gather.Parts);
            }
            catch (FabricException failure)
            {
                throw _end.Fail(failure);
            }
            catch (NativeException failure)
            {
                throw _end.Fail(VerbsErrors.OfCall(failure));
            }
            Invariant.That(_posted == _writes.NextNumber);
            _writes.Add(tag, _gather.Works.Length);
            _posted++;
            Invariant.That(_writes.Works <= _worksMax);
            _pair = _pair + 1 == _end.PairCount ? 0 : _pair + 1;
        }
    }

    public int Poll(Span<ulong> completedTags, TimeSpan wait)
    {
        lock (_end.Gate)
        {
            if (_end.IsAborted)
                throw VerbsErrors.OfAbort();
            var count = _writes.Take(completedTags);
            if (count > 0)
                return count;
            _end.ThrowIfFinished();
            Reap(wait);
            return _writes.Take(completedTags);
        }
    }

    public void Abort() => _end.Abort();

    /// <summary>What was posted lands first, if the peer lives; a device takes it without its program.</summary>
    public void Dispose()
    {
        var startedTicks = Stopwatch.GetTimestamp();
        try
        {
            while (HasUnderway() && _options.WriteTimeout - Stopwatch.GetElapsedTime(startedTicks) is { Ticks: > 0 } left)
                ReapGated(left);
        }
        catch (FabricException)
        {
            // It ended otherwise.
        }
        _end.Abort();
    }

    private void Gather(long offsetBytes, uint slot, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments)
    {
        var cell = _writes.NextCell;
        header.CopyTo(_shelf.Bytes(cell));
        OutgoingFrame.Seal(_shelf.Bytes(cell), segments, _options);
        _gather.Begin(_peer.AreaAddress + (ulong)offsetBytes, _peer.AreaKey);
        _gather.Add(_shelf.Address(cell), FrameHeaderPrefix.SizeBytes, _shelf.Key);
        foreach (var segment in segments)
        {
            if (segment.LengthBytes == 0)
                continue;
            _gather.Add(segment.Address, segment.LengthBytes, _registrations.KeyOf(segment));
            _gather.Add(_shelf.Zeroes, (int)(FrameHeaderPrefix.Padded(segment.LengthBytes) - segment.LengthBytes), _shelf.Key);
        }
        _gather.End(_posted, FrameImmediate.Of(slot, _posted));
    }

    /// <summary>Frames of several work requests may fill the send queue before the caller's own limit does.</summary>
    private void AwaitRoom(int works)
    {
        var startedTicks = Stopwatch.GetTimestamp();
        while (_writes.Works + works > _worksMax)
        {
            var left = _options.WriteTimeout - Stopwatch.GetElapsedTime(startedTicks);
            if (left <= TimeSpan.Zero)
                throw new FabricException(FabricError.Deadline, "the send queue did not empty within the write timeout");
            if (_end.TryNext(out var completion, left))
                Complete(completion);
        }
    }

    private bool HasUnderway()
    {
        lock (_end.Gate)
            return _writes.Underway > 0 && !_end.IsFinished;
    }

    private void ReapGated(TimeSpan wait)
    {
        lock (_end.Gate)
        {
            _end.ThrowIfFinished();
            Reap(wait);
        }
    }

    /// <summary>Waits for a completion and takes all that are there then.</summary>
    private void Reap(TimeSpan wait)
    {
        try
        {
            for (var isThere = _end.TryNext(out var completion, wait); isThere; isThere = _end.TryTake(out completion))
                Complete(completion);
        }
        catch (FabricException failure)
        {
            throw _end.Fail(failure);
        }
        catch (NativeException failure)
        {
            throw _end.Fail(VerbsErrors.OfCall(failure));
        }
    }

    private void Complete(in Completion completion)
    {
        if (!completion.IsSuccess)
            throw VerbsErrors.Of(completion);
        if (!_writes.TryComplete(completion.Id))
            throw VerbsErrors.OfDevice($"the device reports write {completion.Id} out of its turn");
    }
}
