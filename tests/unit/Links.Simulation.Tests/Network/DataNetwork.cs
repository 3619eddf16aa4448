using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Simulated;
using K8sMediaFlow.Links.Simulation.Tests.Pods;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Links.Simulation.Tests.Network;

/// <summary>The product's simulated fabric in the scheduler's time, with the faults that a history asks for.</summary>
internal sealed class DataNetwork : IStep
{
    private readonly SimulatedNetwork _network;
    private readonly Scheduler _scheduler;
    private readonly long _began;
    private readonly Dictionary<int, LinkPlace> _connections = [];
    private readonly List<(Process Owner, WatchedSender Sender)> _senders = [];
    private readonly HashSet<int> _held = [];
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
        CopiesAtOnce = scheduler.Random.Next(2) == 0;
        Fabric = new SimulatedFabric(_network);
        scheduler.Add(this);
    }

    public SimulatedFabric Fabric { get; }

    /// <summary>
    /// Whether a link still reads memory for what a dead process has written: the kernel ends that before its death shows.
    /// </summary>
    public bool IsReading(Process dead) =>
        !CopiesAtOnce && _senders.Exists(one => one.Owner == dead && one.Sender.IsReading);

    /// <summary>Remembers a sending end of a process.</summary>
    public WatchedSender Keep(WatchedSender sender, Process owner)
    {
        _senders.RemoveAll(static one => one.Owner.IsDead && !one.Sender.IsReading);
        _senders.Add((owner, sender));
        return sender;
    }

    /// <summary>
    /// A write takes its bytes at once, as a socket does, and they may land long after their process has died. Otherwise they are read when
    /// they land, as a device reads them: memory that is used again too early is found out.
    /// </summary>
    public bool CopiesAtOnce { get; }

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
        _held.Clear();
        _network.ResumeAll();
    }

    private SimulatedFault FaultOf(SimulatedWrite write)
    {
        if (!_connections.TryGetValue(write.Connection, out var link))
            return SimulatedFault.None;
        var fault = link.NextWrite;
        link.NextWrite = SimulatedFault.None;
        // All that follows on the connection waits behind the first one.
        if (fault == SimulatedFault.None && link.CutUntil > _scheduler.Now && _held.Add(write.Connection))
            fault = SimulatedFault.Stall;
        return fault;
    }
}

/// <summary>The data fabric as one link's end sees it: the real one, each step of which is a place where something may break.</summary>
internal sealed class WatchedFabric(DataNetwork network, Process owner, Func<nint, LinkPlace?> linkOfArea, LinkPlace? link) : IFabric
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
            return fabric.Network.Keep(new WatchedSender(fabric.Network, fabric.Link!, sender), fabric.Owner);
        }

        public void Dispose() => inner.Dispose();
    }

    private DataNetwork Network => network;

    private Process Owner => owner;

    private LinkPlace? Link => link;

    private LinkPlace LinkOf(nint area) => linkOfArea(area) ?? throw new InvalidOperationException("no link lands there");
}

/// <summary>A sending end.</summary>
internal sealed class WatchedSender(DataNetwork network, LinkPlace link, IFabricSender inner) : IFabricSender, IHasNews
{
    // More than are ever in flight.
    private const int WritesMax = 256;

    private readonly Region? _copies = network.CopiesAtOnce ? new Region(WritesMax, default) : null;
    private long _seen = -1;
    private uint _writes;

    public int WritesInFlight => inner.WritesInFlight;

    /// <summary>Asked when its process is dead.</summary>
    public bool IsReading
    {
        get
        {
            try
            {
                Span<ulong> tags = stackalloc ulong[16];
                while (inner.Poll(tags, TimeSpan.Zero) > 0)
                {
                }
                return inner.WritesInFlight > 0;
            }
            catch (FabricException)
            {
                return false;
            }
        }
    }

    public bool HasNews => network.Version != _seen;

    public void Seen() => _seen = network.Version;

    public void Write(uint slot, long offsetBytes, int sizeBytes, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments, ulong tag)
    {
        if (_copies is null)
            inner.Write(slot, offsetBytes, sizeBytes, header, segments, tag);
        else
        {
            Span<MemoryPart> copied = stackalloc MemoryPart[segments.Length];
            Copy(_copies, segments, copied);
            inner.Write(slot, offsetBytes, sizeBytes, header, copied, tag);
        }
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

    private void Copy(Region copies, ReadOnlySpan<MemoryPart> segments, Span<MemoryPart> copied)
    {
        var (block, offset) = (_writes++ % WritesMax, 0);
        for (var index = 0; index < segments.Length; index++)
        {
            var length = segments[index].LengthBytes;
            RawMemory.ReadOnlySpan(segments[index].Address, length).CopyTo(copies.Bytes(block, offset, length));
            copied[index] = new MemoryPart(copies.Address + ((nint)block * Region.BlockBytes) + offset, length);
            offset += length;
        }
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
