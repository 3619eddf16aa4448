using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Connection;

/// <summary>Copies a hello out of its message, and checks all that does not depend on the link that it names.</summary>
internal static class HelloReader
{
    /// <summary>Names in a plan are shorter.</summary>
    private const int NameBytesMax = 512;

    private const int FabricsMax = 16;

    /// <exception cref="LinkException">With the reason to refuse it.</exception>
    /// <param name="message">What came first.</param>
    /// <param name="pipeline">"namespace/pipeline" that this end belongs to.</param>
    /// <param name="protocolLowest">The oldest protocol that this end's fabrics can be spoken of in.</param>
    public static InboundHello Read(LinkMessage.Reader message, string pipeline, ushort protocolLowest)
    {
        if (message.Which != LinkMessage.Which.Hello)
            throw new LinkException(LinkLoss.ProtocolViolation, $"{message.Which} instead of Hello");
        var hello = message.Hello;
        if (hello.Magic != LinkMessage.Magic)
            throw new LinkException(LinkLoss.ProtocolViolation, "wrong magic");
        if (hello.ProtocolLowest > LinkMessage.Protocol || hello.ProtocolHighest < protocolLowest
            || hello.ProtocolHighest < hello.ProtocolLowest)
            throw new LinkException(LinkLoss.VersionMismatch,
                $"protocols {hello.ProtocolLowest} to {hello.ProtocolHighest}, this end speaks {protocolLowest} to {LinkMessage.Protocol}{Why(protocolLowest)}");
        var named = $"{Name(hello.Namespace)}/{Name(hello.Pipeline)}";
        if (named != pipeline && named != "/" + pipeline)
            throw new LinkException(LinkLoss.WrongPipeline, $"pipeline {named}, this end belongs to {pipeline}");
        if (hello.SenderIncarnation == 0)
            throw new LinkException(LinkLoss.ProtocolViolation, "hello without an incarnation");
        return new InboundHello(Name(hello.Edge), Name(hello.SenderPod), new Incarnation(hello.SenderIncarnation),
            Math.Min(hello.ProtocolHighest, LinkMessage.Protocol),
            ProposalsOf(hello), ControlMessages.Words(hello.Missing));
    }

    private static string Why(ushort protocolLowest) =>
        protocolLowest == LinkMessage.ProtocolOldest ? "" : ", as encryption TLS of payloads needs it";

    private static string Name(CapnProto.Utf8Text text) => text.Length <= NameBytesMax
        ? text.ToString()
        : throw new LinkException(LinkLoss.ProtocolViolation, $"name of {text.Length} bytes");

    private static Dictionary<FabricKind, byte[]> ProposalsOf(LinkMessage.Hello.Reader hello)
    {
        var fabrics = hello.Fabrics;
        var proposals = new Dictionary<FabricKind, byte[]>();
        for (var index = 0; index < Math.Min(fabrics.Count, FabricsMax); index++)
        {
            if (ControlMessages.KindOf(fabrics[index].Kind) is { } kind)
                proposals.TryAdd(kind, fabrics[index].Offer.ToArray());
        }
        return proposals;
    }
}
