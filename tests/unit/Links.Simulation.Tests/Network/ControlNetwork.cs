using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Simulation.Tests.Network;

/// <summary>
/// The pod network: bytes of control connections, in order, each piece after a while of its own. What is cut off comes when the cut has
/// healed, as a transport that repeats itself would bring it.
/// </summary>
internal sealed class ControlNetwork(Scheduler scheduler)
{
    private const long LatencyMin = 20_000, LatencyMax = 600_000;

    private readonly Dictionary<string, (Process Process, LinkListener Listener)> _pods = [];
    private readonly Dictionary<(string, string), (long From, long Until)> _cuts = [];
    private readonly List<ControlEnd> _ends = [];

    /// <summary>Hears of every word before it goes: from, to, by the dialler, and which.</summary>
    public Action<string, string, LinkMessage.Which> Said { get; set; } = static (_, _, _) => { };

    /// <summary>Hears of a dial: from and to.</summary>
    public Action<string, string> Dialled { get; set; } = static (_, _) => { };

    public long Now => scheduler.Now;

    public Scheduler Scheduler => scheduler;

    public void Listen(string address, Process process, LinkListener listener) => _pods[address] = (process, listener);

    public ControlEnd Dialling(Process owner, string address)
    {
        var end = new ControlEnd(this, owner, address, isDialler: true);
        _ends.Add(end);
        return end;
    }

    /// <summary>Connects a dialler with the process that listens there.</summary>
    public ControlEnd Connect(ControlEnd dialler, string from, string to)
    {
        Dialled(from, to);
        if (!_pods.TryGetValue(to, out var pod) || pod.Process.IsDead)
            throw new SocketException((int)SocketError.ConnectionRefused);
        if (HealedAt(from, to) > Now)
            throw new SocketException((int)SocketError.TimedOut);
        var end = new ControlEnd(this, pod.Process, to, isDialler: false) { Peer = dialler, PeerName = from };
        _ends.Add(end);
        scheduler.After(Latency(), pod.Process, () => pod.Listener.Take(end));
        return end;
    }

    /// <summary>Nothing gets through between two pods for so long.</summary>
    public void Cut(string one, string other, long nanoseconds) => _cuts[Pair(one, other)] = (Now, Now + nanoseconds);

    /// <summary>When what is sent now can get through.</summary>
    public long HealedAt(string one, string other) => _cuts.TryGetValue(Pair(one, other), out var cut) ? cut.Until : 0;

    /// <summary>Since when nothing gets through; <see cref="Scheduler.Never"/>: it does.</summary>
    public long CutSince(string one, string other) =>
        _cuts.TryGetValue(Pair(one, other), out var cut) && cut.Until > Now ? cut.From : Scheduler.Never;

    /// <summary>Resets the connections between two pods.</summary>
    public void Reset(string one, string other)
    {
        foreach (var end in _ends.Where(end => Pair(end.Name, end.PeerName) == Pair(one, other)).ToList())
            scheduler.After(Latency(), end.Owner, end.Reset);
    }

    /// <summary>The kernel closes what a dead process had.</summary>
    public void Died(Process process)
    {
        foreach (var end in _ends.Where(end => end.Owner == process).ToList())
            end.OwnerDied();
    }

    public void Forget(ControlEnd end) => _ends.Remove(end);

    public long Latency() => scheduler.Between(LatencyMin, LatencyMax);

    public static IPAddress AddressOf(string pod) => IPAddress.Parse(pod);

    private static (string, string) Pair(string one, string other) =>
        string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
