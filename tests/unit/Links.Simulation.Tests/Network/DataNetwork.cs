using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Simulated;
using K8sMediaFlow.Links.Simulation.Tests.Faults;
using K8sMediaFlow.Links.Simulation.Tests.Pods;
using K8sMediaFlow.Links.Simulation.Tests.Running;

namespace K8sMediaFlow.Links.Simulation.Tests.Network;

/// <summary>The product's simulated fabric in the scheduler's time, with the faults that a history asks for.</summary>
internal sealed class DataNetwork : IStep
{
    private readonly SimulatedNetwork _network;
    private readonly Scheduler _scheduler;
    private readonly long _began;
    private readonly Dictionary<int, LinkPlace> _connections = [];
    private int _lastConnection;

    public DataNetwork(Scheduler scheduler)
    {
        (_scheduler, _began) = (scheduler, scheduler.Now);
        _network = new SimulatedNetwork(scheduler.Random.Next(), virtualTime: true);
        _network.Faults.DelayMin = TimeSpan.FromMicroseconds(5);
        _network.Faults.DelayMax = TimeSpan.FromMicroseconds(500);
        _network.Faults.RefuseConnection = number =>
        {
            _lastConnection = number;
            return false;
        };
        _network.Faults.OnWrite = FaultOf;
        Fabric = new SimulatedFabric(_network);
        scheduler.Add(this);
    }

    public SimulatedFabric Fabric { get; }

    /// <summary>Grows with everything that happens.</summary>
    public long Version { get; private set; }

    public Process? Owner => null;

    public long Due => _network.NextEventAt is { } next ? _began + (next.Ticks * 100) : Scheduler.Never;

    public void Run()
    {
        Version++;
        _network.Step();
    }

    /// <summary>The fabric's clock goes with the scheduler's; what is due happens in its own steps.</summary>
    public void Reached(long now)
    {
        var by = TimeSpan.FromTicks((now - _began) / 100) - _network.Now;
        if (by <= TimeSpan.Zero || Due <= now)
            return;
        _network.Advance(by);
    }

    public void Changed() => Version++;

    /// <summary>Which link a connection that was just made belongs to.</summary>
    public void Connected(LinkPlace link) => _connections[_lastConnection] = link;

    public void Resume()
    {
        Version++;
        _network.ResumeAll();
    }

    private SimulatedFault FaultOf(SimulatedWrite write)
    {
        if (!_connections.TryGetValue(write.Connection, out var link))
            return SimulatedFault.None;
        var fault = link.NextWrite;
        link.NextWrite = SimulatedFault.None;
        if (fault == SimulatedFault.None && link.CutUntil > _scheduler.Now)
            fault = SimulatedFault.Stall;
        return fault;
    }
}

/// <summary>The data fabric as one link's end sees it: the real one, each step of which is a place where something may break.</summary>
internal sealed class WatchedFabric(DataNetwork network, Func<nint, LinkPlace?> linkOfArea, LinkPlace? link = null) : IFabric
{
    public FabricKind Kind => FabricKind.Simulated;

    public IFabricListener Listen(IPAddress address, int port, FabricOptions options) =>
        new Listener(this, network.Fabric.Listen(address, port, options));

    public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null) =>
        new Proposal(this, network.Fabric.Propose(options, identity));

    public IDisposable Register(nint address, long lengthBytes) => network.Fabric.Register(address, lengthBytes);

    public void Dispose()
    {
    }

    private sealed class Listener(WatchedFabric fabric, IFabricListener inner) : IFabricListener
    {
        public IPEndPoint Endpoint => inner.Endpoint;

        public IFabricOffer Open(uint epoch, ReadOnlySpan<byte> proposal, nint areaAddress, long areaLengthBytes,
            FabricIdentity? identity = null) =>
            new Offer(fabric, inner.Open(epoch, proposal, areaAddress, areaLengthBytes, identity), fabric.LinkOf(areaAddress));

        public void Dispose() => inner.Dispose();
    }

    private sealed class Offer(WatchedFabric fabric, IFabricOffer inner, LinkPlace link) : IFabricOffer
    {
        public uint Epoch => inner.Epoch;

        public ReadOnlyMemory<byte> Bytes => inner.Bytes;

        public IFabricReceiver Accept(TimeSpan deadline) =>
            new WatchedReceiver(fabric.Network, link, link.Planted == PlantedBug.SkippedFence
                ? new UnfencedReceiver(inner.Accept(deadline))
                : inner.Accept(deadline));

        public void Dispose() => inner.Dispose();
    }

    private sealed class Proposal(WatchedFabric fabric, IFabricProposal inner) : IFabricProposal
    {
        public ReadOnlyMemory<byte> Bytes => inner.Bytes;

        public IFabricSender Connect(ReadOnlySpan<byte> offer, TimeSpan deadline)
        {
            var sender = inner.Connect(offer, deadline);
            fabric.Network.Connected(fabric.Link!);
            return new WatchedSender(fabric.Network, fabric.Link!, sender);
        }

        public void Dispose() => inner.Dispose();
    }

    private DataNetwork Network => network;

    private LinkPlace? Link => link;

    private LinkPlace LinkOf(nint area) => linkOfArea(area) ?? throw new InvalidOperationException("no link lands there");
}

/// <summary>A sending end.</summary>
internal sealed class WatchedSender(DataNetwork network, LinkPlace link, IFabricSender inner) : IFabricSender, IHasNews
{
    private long _seen = -1;

    public int WritesInFlight => inner.WritesInFlight;

    public bool HasNews => network.Version != _seen;

    public void Seen() => _seen = network.Version;

    public void Write(uint slot, long offsetBytes, int sizeBytes, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments, ulong tag)
    {
        inner.Write(slot, offsetBytes, sizeBytes, header, segments, tag);
        link.At(Step.Write);
    }

    public int Poll(Span<ulong> completedTags, TimeSpan wait) => inner.Poll(completedTags, wait);

    public void Abort()
    {
        network.Changed();
        inner.Abort();
    }

    public void Dispose()
    {
        network.Changed();
        inner.Dispose();
    }
}

/// <summary>A receiving end.</summary>
internal sealed class WatchedReceiver(DataNetwork network, LinkPlace link, IFabricReceiver inner) : IFabricReceiver, IHasNews
{
    private long _seen = -1;

    public int GrantsMax => inner.GrantsMax;

    public bool HasNews => network.Version != _seen;

    public void Seen() => _seen = network.Version;

    public void Grant(uint slot, long offsetBytes, int sizeBytes) => inner.Grant(slot, offsetBytes, sizeBytes);

    public bool TryReceive(out Landing landing, TimeSpan wait)
    {
        if (!inner.TryReceive(out landing, wait))
            return false;
        link.At(Step.Land);
        return true;
    }

    public void Abort()
    {
        network.Changed();
        inner.Abort();
    }

    public void Dispose()
    {
        network.Changed();
        inner.Dispose();
    }
}
