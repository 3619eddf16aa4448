using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Nothing of a pipeline waits for a controller that does not run.</summary>
public sealed class NamespaceCases(ITestOutputHelper output) : InstallingCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_namespace_that_is_deleted_while_no_controller_runs_goes_away_with_everything_in_it()
    {
        using var flow = NewFlow().Start();
        try
        {
            Scale(0);
            Print($"namespace deleted: {flow.Account}");
            Kubectl.Run("delete", "namespace", flow.Space, "--wait=false");
            var took = Wait.Until("the namespace is gone", () => Kubectl.Get("namespace", flow.Space).ValueKind == JsonValueKind.Undefined,
                flow.Describe);
            Print(FormattableString.Invariant($"namespace gone after {took.TotalSeconds:0.0} s without a controller"));
        }
        finally
        {
            Scale(2);
        }
    }

    private void Scale(int replicas)
    {
        Kubectl.Run("scale", "deployment", Helm.Release, "-n", Helm.Space, $"--replicas={replicas}");
        Wait.Until($"{replicas} controllers",
            () => Kubectl.Run("get", "pods", "-n", Helm.Space, "--no-headers", "-l", "app.kubernetes.io/component=controller")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Count(line => replicas == 0 || line.Contains("1/1", StringComparison.Ordinal)) == replicas);
    }
}
