namespace K8sMediaFlow.CapnProto;

/// <summary>The two lowest bits of a pointer word.</summary>
public enum PointerKind
{
    Struct = 0,
    List = 1,
    Far = 2,

    /// <summary>Capabilities; this runtime carries data only and skips them.</summary>
    Other = 3,
}
