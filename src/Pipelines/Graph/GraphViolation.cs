namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>What a rule found, the place in the document (<c>spec.edges[1].to</c>), and a sentence that names operator or edge.</summary>
public sealed record GraphViolation(string Path, GraphReason Reason, string Message)
{
    public override string ToString() => $"{Path}: {Message} ({Reason})";
}

/// <summary>Stable names for programs: conditions, webhook answers and tests rely on them.</summary>
public enum GraphReason
{
    BadName,
    DuplicateName,
    NameTooLong,
    Empty,
    NoPorts,
    BadReference,
    UnknownOperator,
    UnknownPort,
    DuplicateEdge,
    InputNotConnected,
    InputTaken,
    Unreachable,
    Cycle,
    BadCaps,
    CapsMismatch,
    CapsUnknown,
    OutOfBounds,
    OrderWithoutSense,
    Contradiction,
    BadGroup,
    UnknownVolume,
    BadVolume,
    MemoryExceeded,
    BadPort,
    BadEnvironment,
    BadResource,
    Reserved,
    Unsupported,

    // Warnings: the pipeline runs, but perhaps not as its author thinks.
    OutputNotConnected,
    OutOfOrder,
    DuplicateWork,
    JoinAcrossReplicas,
    ShortArm,
}
