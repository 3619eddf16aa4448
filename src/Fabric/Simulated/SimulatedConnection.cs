using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Simulated;

/// <summary>
/// Both ends of one connection. Like an RNIC, it reads a write's segments when they land, not when they are written: a sender that
/// reuses memory too early is found out. Every member is called with the network's gate held.
/// </summary>
internal sealed class SimulatedConnection(SimulatedNetwork network, int number, SimulatedOffer offer, FabricOptions options)
{
    private readonly Queue<SimulatedTransfer> _underWay = new();
    private readonly Queue<Landing> _landed = new();
    private readonly Queue<ulong> _completed = new();
    private TimeSpan _lastDue;
    private int _writeCount;
    private bool _isStalled, _isCut;
    private FabricException? _refusal;

    public FabricOptions Options => options;

    public uint Epoch => offer.Epoch;

    public int WritesInFlight { get; private set; }

    public bool HasSenderNews => _isCut || _completed.Count > 0;

    public bool HasReceiverNews => _isCut || _landed.Count > 0;

    public void Write(SimulatedTransfer transfer)
    {
        ThrowIfCut();
        if (WritesInFlight == options.WritesInFlightMax)
            throw new InvalidOperationException($"{WritesInFlight} writes are in flight: poll first");
        WritesInFlight++;
        transfer.Fault = network.Faults.Draw(new SimulatedWrite(number, ++_writeCount), network.Random);
        var due = network.Now + network.Faults.DrawDelay(network.Random);
        _lastDue = transfer.Due = due > _lastDue ? due : _lastDue;
        _underWay.Enqueue(transfer);
        network.Schedule(transfer.Due, Move);
    }

    public int TakeCompleted(Span<ulong> tags)
    {
        var count = 0;
        while (count < tags.Length && _completed.TryDequeue(out tags[count]))
            count++;
        Invariant.That(count <= WritesInFlight);
        WritesInFlight -= count;
        if (count == 0)
            ThrowIfCut();
        return count;
    }

    public bool TakeLanded(out Landing landing)
    {
        if (_landed.TryDequeue(out landing))
            return true;
        if (_refusal is not null)
            throw _refusal;
        ThrowIfCut();
        return false;
    }

    /// <summary>Loses the connection: what is under way never lands, what has landed stays.</summary>
    public void Cut()
    {
        if (_isCut)
            return;
        _isCut = true;
        _underWay.Clear();
        network.Forget(this);
        network.Wake();
    }

    /// <summary>The sender closes in good order: what it wrote lands first.</summary>
    public void Finish()
    {
        while (!_isCut && !_isStalled && _underWay.TryPeek(out var transfer))
            Land(transfer);
        Cut();
    }

    public void Resume()
    {
        _isStalled = false;
        // Also of a stall that was drawn and has not begun: nothing would end it.
        foreach (var transfer in _underWay)
            transfer.Fault = transfer.Fault == SimulatedFault.Stall ? SimulatedFault.None : transfer.Fault;
        network.Schedule(network.Now, Move);
    }

    private void Move()
    {
        while (!_isCut && !_isStalled && _underWay.TryPeek(out var transfer) && transfer.Due <= network.Now)
            Land(transfer);
    }

    private void Land(SimulatedTransfer transfer)
    {
        switch (transfer.Fault)
        {
            case SimulatedFault.Stall:
                transfer.Fault = SimulatedFault.None;
                _isStalled = true;
                return;
            case SimulatedFault.Drop:
                Cut();
                return;
            default:
                _underWay.Dequeue();
                LandBytes(transfer);
                return;
        }
    }

    private void LandBytes(SimulatedTransfer transfer)
    {
        try
        {
            var area = offer.Grants.Use(transfer.Header);
            var isTorn = transfer.Fault == SimulatedFault.Torn;
            transfer.CopyTo(area.Bytes, isTorn ? network.Random.Next(area.LengthBytes) : area.LengthBytes);
            if (!isTorn)
                Complete(transfer, area);
        }
        catch (FabricException refusal)
        {
            _refusal = refusal;
            Cut();
            return;
        }
        if (transfer.Fault is SimulatedFault.Torn or SimulatedFault.DropAfterLanding)
            Cut();
    }

    private void Complete(SimulatedTransfer transfer, in LandingArea area)
    {
        Checksum.Verify(area);
        _landed.Enqueue(new Landing(area.Slot, area.LengthBytes));
        if (transfer.Fault == SimulatedFault.None)
            _completed.Enqueue(transfer.Tag);
        Invariant.That(_completed.Count + _underWay.Count <= WritesInFlight);
    }

    private void ThrowIfCut()
    {
        if (_isCut)
            throw new FabricException(FabricError.PeerGone, $"simulated connection {number} is lost");
    }
}

/// <summary>A write that has not landed yet: a copy of its header, its segments by address.</summary>
internal sealed class SimulatedTransfer(byte[] header, MemoryPart[] segments, ulong tag)
{
    public byte[] Header => header;

    public ulong Tag => tag;

    public TimeSpan Due { get; set; }

    public SimulatedFault Fault { get; set; }

    /// <summary>Copies the first bytes of the frame as the wire would carry it, padding included.</summary>
    public void CopyTo(Span<byte> area, int limitBytes)
    {
        var position = Put(header, area, 0, limitBytes);
        foreach (var segment in segments)
        {
            var end = position + (int)FrameHeaderPrefix.Padded(segment.LengthBytes);
            position = Put(RawMemory.ReadOnlySpan(segment.Address, segment.LengthBytes), area, position, limitBytes);
            var paddingEnd = Math.Min(end, limitBytes);
            if (paddingEnd > position)
                area[position..paddingEnd].Clear();
            position = end;
        }
    }

    private static int Put(ReadOnlySpan<byte> bytes, Span<byte> area, int position, int limitBytes)
    {
        var count = Math.Clamp(limitBytes - position, 0, bytes.Length);
        bytes[..count].CopyTo(area[Math.Min(position, limitBytes)..]);
        return position + bytes.Length;
    }
}
