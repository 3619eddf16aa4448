using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>The control plane comes and goes while frames flow: they do not notice.</summary>
public sealed class ControlPlaneCases(ITestOutputHelper output) : DisturbingCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void An_API_server_that_restarts_disturbs_no_frame_and_the_controller_goes_on()
    {
        var flow = StandingFlow();
        flow.Disturb("API server killed and started", () =>
        {
            Cluster.Cluster.Kill("kube-apiserver");
            Thread.Sleep(TimeSpan.FromSeconds(3));
            Cluster.Cluster.Restart("kube-apiserver");
        });
        Wait.Until("the API server is back", () => Kubectl.Try(null, "get", "nodes").ExitCode == 0);
        flow.ShouldBeGovernedAndWhole("API server restarted");
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void An_etcd_that_stands_still_disturbs_no_frame()
    {
        var flow = StandingFlow();
        flow.Disturb("etcd stopped for 10 s", () =>
        {
            Cluster.Cluster.Freeze("etcd");
            Thread.Sleep(TimeSpan.FromSeconds(10));
            Cluster.Cluster.Thaw("etcd");
        });
        Wait.Until("the API server answers again", () => Kubectl.Try(null, "get", "nodes").ExitCode == 0);
        flow.ShouldBeGovernedAndWhole("etcd paused");
    }
}

/// <summary>The controller comes and goes while frames flow: they do not notice.</summary>
public sealed class ControllerCases(ITestOutputHelper output) : InstallingCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_controller_that_is_deleted_disturbs_no_frame_and_its_successor_goes_on()
    {
        var flow = StandingFlow();
        flow.Disturb("all controllers deleted",
            () => Kubectl.Run("delete", "pods", "-n", Helm.Space, "-l", "app.kubernetes.io/component=controller", "--grace-period=0",
            "--force"));
        flow.ShouldBeGovernedAndWhole("controller deleted");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_uninstalled_controller_leaves_the_frames_alone_and_a_new_one_takes_over()
    {
        var flow = StandingFlow();
        flow.Disturb("helm uninstall", Cluster.Helm.Uninstall);
        Cluster.Helm.Install();
        flow.ShouldBeGovernedAndWhole("uninstalled and installed again");
    }
}
