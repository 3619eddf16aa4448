using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>The control plane comes and goes while frames flow: they do not notice.</summary>
public sealed class ControlPlaneCases(TwoNodes cluster, ITestOutputHelper output) : FlowCase(cluster, output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_API_server_that_restarts_disturbs_no_frame_and_the_controller_goes_on()
    {
        using var flow = NewFlow().Start();
        flow.Disturb("API server killed and started", () =>
        {
            Cluster.Cluster.Kill("kube-apiserver");
            Thread.Sleep(TimeSpan.FromSeconds(3));
            Cluster.Cluster.Restart("kube-apiserver");
        });
        flow.ShouldBeWhole("API server restarted");
        Wait.Until("the API server is back", () => Kubectl.Try(null, "get", "nodes").ExitCode == 0);
        ReplacesAPod(flow);
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_etcd_that_stands_still_disturbs_no_frame()
    {
        using var flow = NewFlow().Start();
        flow.Disturb("etcd stopped for 10 s", () =>
        {
            Cluster.Cluster.Freeze("etcd");
            Thread.Sleep(TimeSpan.FromSeconds(10));
            Cluster.Cluster.Thaw("etcd");
        });
        flow.ShouldBeWhole("etcd paused");
        Wait.Until("the API server answers again", () => Kubectl.Try(null, "get", "nodes").ExitCode == 0);
        ReplacesAPod(flow);
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_controller_that_is_deleted_disturbs_no_frame_and_its_successor_goes_on()
    {
        using var flow = NewFlow().Start();
        flow.Disturb("all controllers deleted", () => Kubectl.Run("delete", "pods", "-n", Helm.Space, "-l", "app.kubernetes.io/component=controller", "--grace-period=0", "--force"));
        flow.ShouldBeWhole("controller deleted");
        ReplacesAPod(flow);
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_uninstalled_controller_leaves_the_frames_alone_and_a_new_one_takes_over()
    {
        using var flow = NewFlow().Start();
        flow.Disturb("helm uninstall", Cluster.Helm.Uninstall);
        flow.ShouldBeWhole("uninstalled");
        Cluster.Helm.Install();
        ReplacesAPod(flow);
        flow.ShouldBeWhole("installed again");
    }

    // The proof that a controller is at work.
    private static void ReplacesAPod(Flow flow)
    {
        var pod = flow.PodOf("analyse");
        flow.Kubectl.Run("delete", "pod", pod.Name, "-n", flow.Space, "--wait=false");
        // By its age: who was deleted while nobody led is made again under the name that stands in the record.
        Wait.Until("a replacement", () => flow.Pods().Any(other => other.Unit == "analyse" && other.Created > pod.Created && other.Phase == "Running"), flow.Describe);
        flow.AwaitFrames(25);
    }
}
