using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>The chart's own test, on the nodes.</summary>
public sealed class ChartCases(ITestOutputHelper output) : InstallingCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Helm_test_succeeds_where_a_controller_is_ready_and_fails_where_none_runs()
    {
        Cluster.Helm.Test().ShouldContain("Phase:          Succeeded");
        try
        {
            Kubectl.Run("scale", "deployment", Helm.Release, "-n", Helm.Space, "--replicas=0");
            Wait.Until("no controller is left",
                () => Kubectl.Run("get", "pods", "-n", Helm.Space, "-l", "app.kubernetes.io/component=controller", "-o", "name")
                .Length == 0);
            Should.Throw<InvalidOperationException>(() => Cluster.Helm.Test()).Message.ShouldContain("failed");
        }
        finally
        {
            // One that has failed is kept for whoever wants to read why.
            Kubectl.Run("delete", "pods", "-n", Helm.Space, "-l", "app.kubernetes.io/component=test");
            Kubectl.Run("scale", "deployment", Helm.Release, "-n", Helm.Space, "--replicas=2");
            Wait.Until("the controllers are back",
                () => Kubectl.Try(null, "rollout", "status", $"deployment/{Helm.Release}", "-n", Helm.Space, "--timeout=20s")
                .ExitCode == 0);
        }
    }
}
