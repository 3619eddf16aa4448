namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>What a mistake throws here.</summary>
internal sealed partial record JsonPlace
{
    public partial void Fail(string reason) => throw new JsonFaultException(Path, reason);
}
