using System.Diagnostics;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Verbs;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>The writing half of a connection, with the registered blocks that hold its frames.</summary>
internal sealed class RdmaOut : IDisposable
{
    private readonly RdmaArea _area;
    private readonly RdmaGrants _grants;
    private readonly IFabricProposal _proposal;
    private readonly IDisposable _registration;
    private readonly byte[] _header = new byte[FrameHeaderPrefix.SizeBytes];
    private readonly ulong[] _tags = new ulong[16];
    private readonly int _writesMax;
    private IFabricSender? _sender;
    private ulong _written;
    private int _underway;

    public RdmaOut(VerbsFabric fabric, RdmaArea area, RdmaGrants grants, FabricOptions options)
    {
        (_area, _grants, _writesMax) = (area, grants, options.WritesInFlightMax);
        _registration = fabric.Register(area.Address, area.LengthBytes);
        _proposal = fabric.Propose(options);
    }

    public ReadOnlySpan<byte> Proposal => _proposal.Bytes.Span;

    public void Connect(byte[] offer) => _sender = _proposal.Connect(offer, RdmaArea.Patience);

    /// <summary>As many writes under way as there may be, as fast as they are completed and granted.</summary>
    public RdmaResult Stream(int frames)
    {
        var meter = RdmaMeter.Start();
        for (var left = frames; left > 0;)
        {
            for (; left > 0 && _underway < _writesMax && _written < _grants.Total; left--)
                Write();
            Poll(_underway == _writesMax || left == 0 ? RdmaArea.Patience : TimeSpan.Zero);
        }
        while (_underway > 0)
            Poll(RdmaArea.Patience);
        return meter.Stop(0);
    }

    public void Write()
    {
        var slot = (uint)(_written % RdmaArea.Blocks);
        FrameHeaderPrefix.Write(_header, RdmaArea.Epoch, slot, _area.MessageBytes);
        ReadOnlySpan<MemoryPart> payload = [new MemoryPart(_area.Address + (nint)_area.Offset(slot),
            _area.MessageBytes - FrameHeaderPrefix.SizeBytes)];
        _sender!.Write(slot, _area.Offset(slot), _area.MessageBytes, _header, payload, _written++);
        _underway++;
    }

    public void Poll(TimeSpan wait) => _underway -= _sender!.Poll(_tags, wait);

    public void Drain()
    {
        var startedTicks = Stopwatch.GetTimestamp();
        while (_underway > 0 && Stopwatch.GetElapsedTime(startedTicks) < RdmaArea.Patience)
            Poll(RdmaArea.Patience);
    }

    public void Dispose()
    {
        _sender?.Dispose();
        _proposal.Dispose();
        _registration.Dispose();
    }
}
