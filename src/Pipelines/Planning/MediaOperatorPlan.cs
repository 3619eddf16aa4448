using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// One replica of a media operator in this pod. <see cref="TokenSha256"/> is the hash, in lower-case hex, of the token that only
/// its container has. <see cref="MaxBorrowed"/> is the largest number of frames that it may hold at once on one input port.
/// </summary>
public sealed record MediaOperatorPlan(
    string Name,
    int Replica,
    string TokenSha256,
    IReadOnlyList<BlockClassPlan> RegionClasses,
    IReadOnlyList<InputPortPlan> Inputs,
    IReadOnlyList<OutputPortPlan> Outputs,
    int MaxBorrowed);


/// <summary>An input port and the one edge that ends in it.</summary>
public sealed record InputPortPlan(string Name, string Edge, MediaCaps Caps);

/// <summary>
/// An output port, the edges that begin at it, and how many blocks of the region it may have taken at once. A frame with a
/// payload of its own takes two blocks (envelope and payload), a forwarded one takes one.
/// </summary>
public sealed record OutputPortPlan(string Name, IReadOnlyList<string> Edges, MediaCaps Caps, int QuotaBlocks);
