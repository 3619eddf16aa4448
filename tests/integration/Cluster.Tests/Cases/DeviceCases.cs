using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Devices;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>
/// The RDMA device as a resource of a node, handed out in the style of each plugin. The machine has no such device: what a sidecar finds
/// stands in a tree of the tests in place of /sys, and libibverbs then says that there is none.
/// </summary>
public sealed class DeviceCases(ITestOutputHelper output) : FlowCase(output)
{
    private const string Nowhere = "tests.k8smediaflow.io/nowhere", HasIt = "node2", Sidecar = "k8smediaflow-sidecar",
        Operator = "media-operator";

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void The_shared_plugins_device_goes_to_the_sidecar_alone_and_Auto_says_why_frames_go_by_TCP()
    {
        using var plugin = Plugin(Handout.SharedResource, Handout.Shared);
        using var flow = NewFlow();
        flow.Apply(Unplaced(flow.Space, $"transport: Auto\n  rdma: {{resourceName: {Handout.SharedResource}}}")).AwaitFrames(15);
        foreach (var pod in flow.Pods())
        {
            pod.Node.ShouldBe(HasIt, pod.Name);
            Has(pod, Sidecar, Handout.SharedFile, "PCIDEVICE_")
                .ShouldBe((true, false), $"{pod.Name}: device file and variable of the sidecar");
            Has(pod, Operator, Handout.SharedFile, "PCIDEVICE_")
                .ShouldBe((false, false), $"{pod.Name}: device file and variable of the media operator");
        }
        Preflight(flow).ShouldBe((Handout.SharedDevice, "NoDevice"));
        var why = $"NoDevice: this process sees no RDMA device {Handout.SharedDevice}";
        Wait.Until("the condition says why not RDMA",
            () => flow.Is("TransportReady", "True") && Message(flow).Contains(why, StringComparison.Ordinal), flow.Describe);
        Message(flow).ShouldStartWith("TCP, since pod flow-");
        Ways(flow).ShouldBe(("TCP", "TCP"));
        flow.Pipeline().GetProperty("status").GetProperty("edges")[0].GetProperty("reason").GetString()!.ShouldContain(why);
        Print($"shared plugin on {HasIt} alone: {Account(flow)}, recovery 0.0 s");
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void RDMA_waits_for_a_node_that_has_the_resource_and_does_not_fall_back_where_the_device_is_of_no_use()
    {
        using var plugin = Plugin(Handout.SriovResource, Handout.Sriov);
        using var flow = NewFlow();
        flow.Apply(Unplaced(flow.Space, $"transport: RDMA\n  rdma: {{resourceName: {Nowhere}}}"));
        Wait.Until("the scheduler's word",
            () => Reason(flow) == "ResourceMissing"
            && Message(flow).Contains($"Insufficient {Nowhere}", StringComparison.Ordinal), flow.Describe);
        flow.Pods().ShouldAllBe(pod => pod.Phase == "Pending");

        flow.Apply(Unplaced(flow.Space, $"transport: RDMA\n  rdma: {{resourceName: {Handout.SriovResource}}}"));
        Wait.Until("the sidecars' word", () => Reason(flow) == "NoDevice", flow.Describe);
        (flow.Is("TransportReady", "False"), Ways(flow)).ShouldBe((true, ("", "")));
        Message(flow).ShouldContain($"NoDevice: this process sees no RDMA device {Handout.SriovDevice}");
        Wait.Until("both media operators run",
            () => flow.Pods() is [_, _] pods && pods.All(pod => NodeProcess.Of(pod.Uid, Operator).Count > 0), flow.Describe);
        foreach (var pod in flow.Pods())
        {
            pod.Node.ShouldBe(HasIt, pod.Name);
            Has(pod, Sidecar, Handout.SriovFile, Handout.SriovVariable)
                .ShouldBe((true, true), $"{pod.Name}: device file and variable of the sidecar");
            Has(pod, Operator, Handout.SriovFile, Handout.SriovVariable)
                .ShouldBe((false, false), $"{pod.Name}: device file and variable of the media operator");
        }
        Preflight(flow).ShouldBe((Handout.SriovDevice, "NoDevice"));
        flow.Seen.ShouldBe(0, "no frame goes by TCP where RDMA is demanded");
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void Auto_without_the_resource_anywhere_runs_over_TCP_and_says_so_and_so_does_a_claim_that_this_server_does_not_know()
    {
        using var flow = NewFlow();
        flow.Apply(Unplaced(flow.Space, $"transport: Auto\n  rdma: {{resourceName: {Nowhere}}}")).AwaitFrames(15);
        Wait.Until("TransportReady", () => flow.Is("TransportReady", "True"), flow.Describe);
        Message(flow).ShouldBe($"TCP, since no node that the pods may use offers {Nowhere}");
        Ways(flow).ShouldBe(("TCP", "TCP"));

        Print($"no device anywhere: {Message(flow)}; {Account(flow)}, recovery 0.0 s");
        if (Cluster.Version.Minor >= TwoNodes.ClaimsMinor)
            return;
        var pods = flow.Pods().Select(pod => pod.Uid).Order().ToList();
        flow.Apply(Unplaced(flow.Space, "transport: Auto\n  rdma: {resourceClaimTemplateName: nic}"));
        Wait.Until("the claim is told", () => flow.Is("TransportReady", "True") && Message(flow)
            .Contains("has no resource.k8s.io/v1", StringComparison.Ordinal), flow.Describe);
        flow.AwaitFrames(5);
        flow.Pods().Select(pod => pod.Uid).Order().ShouldBe(pods, ignoreOrder: false, "a device that nobody gets replaces no pod");
        Print($"no claims here: {Message(flow)}; {Account(flow)}, recovery 0.0 s");
    }

    private static FrameAccount Account(Flow flow)
    {
        var account = flow.Account;
        (account.Lost, account.Doubled, account.Disordered).ShouldBe((0, 0, 0), $"{account}");
        return account;
    }

    private DevicePlugin Plugin(string resource, Func<string, Handout> style)
    {
        var plugin = new DevicePlugin(Path.Combine(Cluster.Cluster.Folder, HasIt), resource, devices: 4,
            style(Handout.WriteSysTree(Path.Combine(Cluster.Cluster.Folder, "tests-sys"))));
        Wait.Until($"{HasIt} offers {resource}", () => Amount(HasIt, resource) == "4", () => Amount(HasIt, resource));
        Amount("node1", resource).ShouldBe("");
        return plugin;
    }

    private static string Unplaced(string space, string transport) => Variants.Small(space, "flow").With("/records/flow-", "/records/")
        .With("      nodeSelector: {kubernetes.io/hostname: node1}\n", "").With("      nodeSelector: {kubernetes.io/hostname: node2}\n", "")
        .With("spec:\n", $"spec:\n  {transport}\n");

    private string Amount(string node, string resource) =>
        Kubectl.Run("get", "node", node, "-o",
            $"jsonpath={{.status.allocatable.{resource.Replace(".", "\\.", StringComparison.Ordinal)}}}");

    /// <summary>What the sidecar of the first pod says by itself.</summary>
    private (string Device, string Reason) Preflight(Flow flow)
    {
        var (_, answer) = Kubectl.Try(null, "exec", "-n", flow.Space, flow.Pods()[0].Name, "-c", "sidecar", "--",
            "/opt/k8smediaflow/k8smediaflow-sidecar", "preflight", "--json");
        var device = JsonDocument.Parse(answer[answer.IndexOf('{')..(answer.LastIndexOf('}') + 1)]).RootElement.GetProperty("devices")
            .EnumerateArray().ShouldHaveSingleItem();
        return (device.GetProperty("device").GetString()!, device.GetProperty("reason").GetString()!);
    }

    private static string Message(Flow flow) => Text(flow.Condition("TransportReady"), "message");

    private static string Reason(Flow flow) => Text(flow.Condition("TransportReady"), "reason");

    private static (string Pipeline, string Edge) Ways(Flow flow) =>
        flow.Pipeline().GetProperty("status") is var status
            ? (Text(status, "transport"), Text(status.GetProperty("edges")[0], "transport"))
            : default;

    private static string Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static (bool File, bool Variable) Has(Pod pod, string process, string file, string variable)
    {
        var pid = NodeProcess.Of(pod.Uid, process)[0];
        return (File.Exists($"/proc/{pid}/root{file}"),
            File.ReadAllText($"/proc/{pid}/environ").Contains(variable, StringComparison.Ordinal));
    }
}
