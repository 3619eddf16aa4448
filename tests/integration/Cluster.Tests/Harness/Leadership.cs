using System.Text.Json;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Which controller leads, as its lease has it.</summary>
internal sealed record Leadership(string Holder, long Transitions)
{
    /// <summary>The holder's pod: a holder is a pod's name and something of the process.</summary>
    public string Pod => Holder.Split('_')[0];

    public static Leadership Read(Kubectl kubectl)
    {
        var spec = kubectl.Get("lease", "k8smediaflow-controller", Helm.Space).GetProperty("spec");
        return new(spec.TryGetProperty("holderIdentity", out var holder) ? holder.GetString() ?? "" : "",
            spec.TryGetProperty("leaseTransitions", out var transitions) && transitions.ValueKind == JsonValueKind.Number
                ? transitions.GetInt64()
                : 0);
    }
}
