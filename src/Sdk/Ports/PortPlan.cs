using K8sMediaFlow.Messages;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>What the sidecar's welcome says of a port.</summary>
internal sealed record PortPlan(
    string Name, FrameCaps? Caps, int Seats, bool BySequence, int ReplayRuns, int QuotaBlocks, IReadOnlyList<EdgePlan> Edges)
{
    public static PortPlan Read(AttachMessage.InputPort.Reader port) => new(
        port.Name.ToString(),
        port.HasCaps ? MediaInfo.Read(port.Caps) : null,
        (int)Math.Clamp(port.ChannelCount, 1, FanIn.SeatsMax),
        port.Order == AttachMessage.Order.BySequence,
        (int)Math.Min(port.ReplayWindow, 1 << 20),
        0,
        []);

    public static PortPlan Read(AttachMessage.OutputPort.Reader port)
    {
        var edges = new List<EdgePlan>();
        foreach (var edge in port.Edges)
            edges.Add(new EdgePlan(edge.Name.ToString(), edge.Distribution == AttachMessage.Distribution.Broadcast,
                (int)Math.Clamp(edge.ChannelCount, 1, FanOut.SeatsMax)));
        var quotaBlocks = port.QuotaBlocks is 0 or > int.MaxValue ? int.MaxValue : (int)port.QuotaBlocks;
        return new PortPlan(port.Name.ToString(), port.HasCaps ? MediaInfo.Read(port.Caps) : null, 0, false, 0, quotaBlocks, edges);
    }
}

/// <summary>What the sidecar's welcome says of an edge that leaves a port.</summary>
internal sealed record EdgePlan(string Name, bool IsBroadcast, int Seats);
