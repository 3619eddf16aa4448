namespace K8sMediaFlow.Control.Certificates;

/// <summary>The identities that certificates carry as URI SANs.</summary>
public static class PeerIdentity
{
    public const string Scheme = "k8smediaflow";

    /// <summary>The only identity that may call the control API.</summary>
    public const string Controller = "k8smediaflow://controller";

    /// <summary>A media operator's: the pod that it runs in proves it to the pods that its edges lead to.</summary>
    public static string Operator(string space, string pipeline, string operatorName)
    {
        ArgumentException.ThrowIfNullOrEmpty(space);
        ArgumentException.ThrowIfNullOrEmpty(pipeline);
        ArgumentException.ThrowIfNullOrEmpty(operatorName);
        return $"{Scheme}://{space}/{pipeline}/{operatorName}";
    }
}
