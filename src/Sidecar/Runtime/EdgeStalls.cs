using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Channels;
using LinkState = K8sMediaFlow.Links.Contract.LinkState;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>
/// Finds out, with each request for the status, which parts of edges stand still though there is something to move, and says what they wait
/// for: a consumer, a grant, a peer.
/// </summary>
internal sealed class EdgeStalls(Func<long> nowNanoseconds)
{
    /// <summary>
    /// A pause of a pipeline that runs is shorter. The controller looks every two seconds: its second look at an edge that stands still
    /// tells.
    /// </summary>
    private const long StandsNanoseconds = 1_800_000_000;

    private readonly Dictionary<(string Edge, EdgeSide Side), (long Moved, long SinceNanoseconds)> _looks = [];

    public EdgeStalls()
        : this(static () => MonotonicClock.Nanoseconds)
    {
    }

    /// <summary>What a part of an edge waits for; empty while it moves or has nothing to move.</summary>
    public string WaitsFor(PodRuntime runtime, string edge, EdgeSide side, ChannelTally tally)
    {
        var (waits, moved) = side switch
        {
            EdgeSide.Outbound => Outbound([.. runtime.Outbound.Where(one => one.Port.Edge == edge)]),
            EdgeSide.Inbound => Inbound([.. runtime.Inbound.Where(one => one.Port.Edge == edge)]),
            _ => Local(runtime, edge),
        };
        return Look(edge, side, HashCode.Combine(moved, tally.Frames, tally.Gaps), waits);
    }

    /// <summary>Notes a look; the words come back when nothing has moved for long enough.</summary>
    internal string Look(string edge, EdgeSide side, long moved, string waits)
    {
        lock (_looks)
        {
            var now = nowNanoseconds();
            if (waits.Length == 0 || !_looks.TryGetValue((edge, side), out var last) || last.Moved != moved)
                _looks[(edge, side)] = last = (moved, now);
            return now - last.SinceNanoseconds >= StandsNanoseconds ? waits : "";
        }
    }

    private static (string Waits, long Moved) Outbound(IReadOnlyList<OutboundPair> pairs)
    {
        var (waits, moved) = (new List<string>(), 0L);
        foreach (var (port, link) in pairs)
        {
            var status = link.Status;
            moved = HashCode.Combine(moved, status.Frames, status.Epoch, port.HeldCount);
            if (port.IsEmpty)
                continue;
            waits.Add(status.State != LinkState.Ready ? $"the link to pod {status.PeerPod}, which is {status.State}: {status.Reason}"
                : status is { GrantsOutstanding: 0 } ? $"a grant of pod {status.PeerPod}, whose consumers hold {port.HeldCount}"
                : $"pod {status.PeerPod}, which is not done with {port.HeldCount}");
        }
        return (string.Join("; ", waits), moved);
    }

    private static (string Waits, long Moved) Inbound(IReadOnlyList<InboundPair> pairs)
    {
        var (waits, moved) = (new List<string>(), 0L);
        foreach (var (port, link) in pairs)
        {
            var status = link.Status;
            moved = HashCode.Combine(moved, status.Frames, status.Retained, port.NotDone);
            if (port.NotDone > 0 || status.Retained > 0)
                waits.Add($"its consumers: of what pod {status.PeerPod} sent, {(port.Holders is { Length: > 0 } holders ? holders : "nobody is there to take")} {(status.Retained > 0 ? $"and {status.Retained} wait" : "")}".TrimEnd());
        }
        return (string.Join("; ", waits), moved);
    }

    private static (string Waits, long Moved) Local(PodRuntime runtime, string edge)
    {
        var (waits, moved) = (runtime.Ports.Apart(edge).ToList(), 0L);
        runtime.Ports.Visit((ends, channels) =>
        {
            waits.AddRange(Missing(runtime.Plan, edge, ends).Select(name => $"{name}, which is not attached"));
            foreach (var channel in channels.Where(one => one.Edge == edge && one.Side == EdgeSide.Local))
            {
                moved = HashCode.Combine(moved, channel.Id, channel.Untaken, channel.Progress);
                if (channel.Untaken > 0)
                    waits.Add($"{channel.Consumer.Name}, which has not taken {channel.Untaken}");
                else if (channel.Held is > 0 and var held)
                    waits.Add($"{channel.Consumer.Name}, which holds {held}");
            }
        });
        return (string.Join("; ", waits), moved);
    }

    /// <summary>Consumers of this pod that a producer of this pod waits for since they are not there. Who has completed is there.</summary>
    private static IEnumerable<string> Missing(SidecarPlan plan, string name, IReadOnlyList<ChannelEndpoint> ends)
    {
        var edge = plan.Edges.First(one => one.Name == name);
        bool IsThere(EndpointPlan end) =>
            ends.Any(one => one is CompletedEndpoint or MediaOperatorEndpoint { IsAlive: true } && one.Name == NameOf(end));
        return edge.Producers.Any(end => end.Pod == plan.Pod && IsThere(end))
            ? edge.Consumers.Where(end => end.Pod == plan.Pod && !IsThere(end)).Select(NameOf) : [];
    }

    private static string NameOf(EndpointPlan end) => PodTopology.MediaOperatorEndpoint(end.Operator, end.Replica);
}
