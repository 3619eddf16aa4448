using System.Security.Authentication;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>How long a certificate lasts.</summary>
public sealed class AuthorityCases(ITestOutputHelper output) : DisturbingCase(output)
{
    private const int ControlPort = 7400, LinkPort = 7401;
    private static readonly string[] Units = ["source", "analyse", "sink"];

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void An_authority_that_changes_under_flow_renews_every_certificate_and_costs_no_frame()
    {
        Overlap(seconds: 150);
        var flow = StandingFlow();
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        using var next = CertificateAuthority.Create("k8smediaflow", DateTimeOffset.UtcNow.AddMinutes(-10), TimeSpan.FromDays(3650));
        var herald = new Stranger(Secrets.IssuedBy(next, ControllerIdentity.Uri, next.CertificatePem));
        var before = Units.ToDictionary(unit => unit, unit => Shown(flow, unit));
        Units.ShouldAllBe(unit => Answer(flow, unit, herald) == Stranger.NoTls, "nobody knows the next authority");
        flow.Disturb("authority announced", () =>
        {
            Secrets.Announce(Kubectl, next);
            Wait.Until("every sidecar trusts it", () => Units.All(unit => Answer(flow, unit, herald) == Stranger.Ok), flow.Describe);
        });
        Units.ShouldAllBe(unit => Shown(flow, unit) == before[unit], "it issues nothing before everybody trusts it");
        flow.Disturb("authority changed", () =>
        {
            Secrets.Elapse(Kubectl);
            Wait.Until("others are issued",
                () => Units.All(unit => Secrets.Serial(Kubectl, flow.Space, $"flow-{unit}-kmf") is { Length: > 0 } serial
                && serial != before[unit]), flow.Describe);
            Wait.Until("the sidecars show them",
                () => Units.All(unit => Shown(flow, unit) == Secrets.Serial(Kubectl, flow.Space, $"flow-{unit}-kmf")), flow.Describe);
        });
        // Links that stand were made with the old ones: the next handshake is with the new ones.
        flow.Disturb("links made again with the new certificates", () =>
        {
            Cluster.Link(2, isUp: false);
            Thread.Sleep(TimeSpan.FromSeconds(5));
            Cluster.Link(2, isUp: true);
        });
        Wait.Until("the controller speaks with them too",
            () => flow.Is("Ready", "True") && flow.Is("TransportReady", "True")
            && flow.Is("SidecarsUpToDate", "True"), flow.Describe);
        flow.ShouldBeWhole("authority changed");
    }

    /// <summary>
    /// How long a controller that follows without a gap lets everybody know the next authority before it issues. A controller starts anew
    /// with it, so that it begins here.
    /// </summary>
    private void Overlap(int seconds)
    {
        Kubectl.Run("set", "env", $"deployment/{Helm.Release}", "-n", Helm.Space,
            FormattableString.Invariant($"K8SMEDIAFLOW_AUTHORITY_OVERLAP_SECONDS={seconds}"));
        Wait.Until("the controllers are others",
            () => Kubectl.Try(null, "rollout", "status", $"deployment/{Helm.Release}", "-n", Helm.Space, "--timeout=20s").ExitCode == 0);
    }

    private int Answer(Flow flow, string unit, Stranger asking)
    {
        using var port = new PodTunnel(Cluster, flow.PodOf(unit).Address, ControlPort);
        return asking.AskAt(port);
    }

    private string Shown(Flow flow, string unit)
    {
        using var port = new PodTunnel(Cluster, flow.PodOf(unit).Address, LinkPort);
        try
        {
            return new Stranger(Secrets.Identity(Kubectl, flow.Space, $"flow-{unit}-kmf")).SerialAt(port);
        }
        catch (Exception between) when (between is IOException or AuthenticationException)
        {
            return "";
        }
    }
}
