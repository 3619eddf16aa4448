using K8sMediaFlow.Cluster.Tests.Devices;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>The RDMA device as a resource of a node.</summary>
public sealed class DeviceCases(TwoNodes cluster, ITestOutputHelper output) : FlowCase(cluster, output)
{
    private const string Offered = "tests.k8smediaflow.io/rnic", Nowhere = "tests.k8smediaflow.io/nowhere", HasIt = "node2";

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_resource_that_one_node_has_puts_the_pods_there_and_the_device_into_the_sidecar_alone()
    {
        using var plugin = new DevicePlugin(Path.Combine(Cluster.Cluster.Folder, HasIt), Offered, devices: 4);
        Wait.Until($"{HasIt} offers it", () => Amount(HasIt) == "4", () => Amount(HasIt));
        Amount("node1").ShouldBe("");
        using var flow = NewFlow();
        flow.Apply(Unplaced(flow.Space, Offered)).AwaitFrames(25);
        foreach (var pod in flow.Pods())
        {
            pod.Node.ShouldBe(HasIt, pod.Name);
            Has(pod.Uid, "k8smediaflow-sidecar").ShouldBe((true, true), $"{pod.Name}: device file and variable of the sidecar");
            Has(pod.Uid, "media-operator").ShouldBe((false, false), $"{pod.Name}: device file and variable of the media operator");
        }
        Print($"device on {HasIt} alone: {Account(flow)}, recovery 0.0 s");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Auto_without_the_resource_anywhere_runs_over_TCP_and_says_so()
    {
        using var flow = NewFlow();
        flow.Apply(Unplaced(flow.Space, Nowhere)).AwaitFrames(25);
        Wait.Until("TransportReady", () => flow.Is("TransportReady", "True"), flow.Describe);
        var message = flow.Condition("TransportReady").GetProperty("message").GetString()!;
        Print($"no device anywhere: {message}; {Account(flow)}, recovery 0.0 s");
        message.ShouldContain("TCP");
        message.ShouldContain($"no node that the pods may use offers {Nowhere}");
        flow.Pipeline().GetProperty("status").GetProperty("transport").GetString().ShouldBe("TCP");
    }

    private static FrameAccount Account(Flow flow)
    {
        var account = flow.Account;
        (account.Lost, account.Doubled, account.Disordered).ShouldBe((0, 0, 0), $"{account}");
        return account;
    }

    private static string Unplaced(string space, string resource) => Variants.Small(space, "flow").With("/records/flow-", "/records/")
        .With("      nodeSelector: {kubernetes.io/hostname: node1}\n", "").With("      nodeSelector: {kubernetes.io/hostname: node2}\n", "")
        .With("spec:\n", $"spec:\n  transport: Auto\n  rdma: {{resourceName: {resource}}}\n");

    private string Amount(string node) => Kubectl.Run("get", "node", node, "-o", $"jsonpath={{.status.allocatable.{Offered.Replace(".", "\\.", StringComparison.Ordinal)}}}");

    private static (bool File, bool Variable) Has(string podUid, string process)
    {
        var pid = NodeProcess.Of(podUid, process)[0];
        return (File.Exists($"/proc/{pid}/root{DevicePlugin.File}"), File.ReadAllText($"/proc/{pid}/environ").Contains(DevicePlugin.Variable, StringComparison.Ordinal));
    }
}
