using K8sMediaFlow.Sdk.Ports;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>One channel of an output, and its consumer's number in the port's fan.</summary>
internal sealed class OutboundChannel(ulong id, OutputPort port, int subscriber, int replica, ProducerChannel end)
{
    public ulong Id { get; } = id;

    public OutputPort Port { get; } = port;

    public int Subscriber { get; } = subscriber;

    /// <summary>Of the consumer; behind a link, the first there.</summary>
    public int Replica { get; } = replica;

    public ProducerChannel End { get; } = end;

    /// <summary>The consumer is dead: its place in the fan is free for its successor.</summary>
    public bool IsClosed { get; set; }
}
