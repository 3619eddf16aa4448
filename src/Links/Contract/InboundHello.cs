using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Links.Contract;

/// <summary>A hello, copied out of its message and checked for all that does not depend on the link that it names.</summary>
internal sealed record InboundHello(string Edge, string SenderPod, Incarnation Sender, ushort Protocol,
    IReadOnlyDictionary<FabricKind, byte[]> Proposals, string Missing);
