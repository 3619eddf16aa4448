namespace K8sMediaFlow.CapnProto;

/// <summary>Several objects that a message keeps alive; most messages have one or none.</summary>
internal sealed record MemoryOwners(object First, object Second)
{
    public static object Join(object? first, object second) => first is null ? second : new MemoryOwners(first, second);
}
