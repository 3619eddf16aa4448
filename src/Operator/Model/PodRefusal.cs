namespace K8sMediaFlow.Operator.Model;

/// <summary>The server refuses to make a pod.</summary>
/// <param name="Since">When it did so first for this reason.</param>
/// <param name="Message">Its words.</param>
/// <param name="Needs">What the pod would take.</param>
internal sealed record PodRefusal(DateTimeOffset Since, string Message, PodFootprint Needs)
{
    /// <summary>
    /// By the quota's own words: it is the only refusal that another pod's end can change. A policy or a missing account refuses the next
    /// pod too.
    /// </summary>
    public bool IsQuota => Message.Contains("exceeded quota", StringComparison.Ordinal);
}
