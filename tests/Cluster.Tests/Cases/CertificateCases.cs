using System.Security.Authentication;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Who may speak with a sidecar, and how long a certificate lasts.</summary>
public sealed class CertificateCases(TwoNodes cluster, ITestOutputHelper output) : FlowCase(cluster, output)
{
    private const int ControlPort = 7400, LinkPort = 7401;
    private static readonly string[] Units = ["source", "analyse", "sink"];

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_authority_that_changes_under_flow_renews_every_certificate_and_costs_no_frame()
    {
        using var flow = NewFlow().Start();
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        using var next = CertificateAuthority.Create("k8smediaflow", DateTimeOffset.UtcNow.AddMinutes(-10), TimeSpan.FromDays(3650));
        var herald = new Stranger(Secrets.IssuedBy(next, ControllerIdentity.Uri, next.CertificatePem));
        var before = Units.ToDictionary(unit => unit, unit => Shown(flow, unit));
        Units.ShouldAllBe(unit => Answer(flow, unit, herald) == Stranger.NoTls, "nobody knows the next authority");
        flow.Disturb("authority announced", () =>
        {
            Secrets.Announce(Kubectl, next);
            Wait.Until("every sidecar trusts it", () => Units.All(unit => Answer(flow, unit, herald) == Stranger.Ok), flow.Describe, seconds: 140);
        });
        Units.ShouldAllBe(unit => Shown(flow, unit) == before[unit], "it issues nothing before everybody trusts it");
        flow.Disturb("authority changed", () =>
        {
            Secrets.Elapse(Kubectl);
            Wait.Until("others are issued", () => Units.All(unit => Secrets.Serial(Kubectl, flow.Space, $"flow-{unit}-kmf") is { Length: > 0 } serial && serial != before[unit]), flow.Describe, seconds: 60);
            Wait.Until("the sidecars show them", () => Units.All(unit => Shown(flow, unit) == Secrets.Serial(Kubectl, flow.Space, $"flow-{unit}-kmf")), flow.Describe, seconds: 140);
        });
        // Links that stand were made with the old ones: the next handshake is with the new ones.
        flow.Disturb("links made again with the new certificates", () =>
        {
            Cluster.Link(2, isUp: false);
            Thread.Sleep(TimeSpan.FromSeconds(5));
            Cluster.Link(2, isUp: true);
        });
        Wait.Until("the controller speaks with them too", () => flow.Is("Ready", "True") && flow.Is("TransportReady", "True") && flow.Is("SidecarsUpToDate", "True"), () => flow.Pipeline().ToString());
        flow.ShouldBeWhole("authority changed");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_valid_certificate_of_another_pipeline_opens_neither_the_link_port_nor_the_control_port()
    {
        using var flow = NewFlow().Start();
        flow.Apply(Variants.Small(flow.Space, "other"));
        Wait.Until("the other pipeline has its certificate", () => Kubectl.Try(null, "get", "secret", "other-source-kmf", "-n", flow.Space).ExitCode == 0, flow.Describe);
        var foreign = new Stranger(Secrets.Identity(Kubectl, flow.Space, "other-source-kmf"));
        var own = new Stranger(Secrets.Identity(Kubectl, flow.Space, "flow-source-kmf"));
        using var authority = CertificateAuthority.Create("k8smediaflow", DateTimeOffset.UtcNow.AddMinutes(-1), TimeSpan.FromHours(1));
        var selfMade = new Stranger(Secrets.IssuedBy(authority, ControllerIdentity.Uri, authority.CertificatePem));
        var address = flow.PodOf("analyse").Address;
        flow.Disturb("strangers at the ports", () =>
        {
            using var links = new PodTunnel(Cluster, address, LinkPort);
            using var control = new PodTunnel(Cluster, address, ControlPort);
            foreign.Hello(links, flow.Space, "flow", "source.video->analyse.video", "flow-source-0").ShouldStartWith("WrongIdentity");
            foreign.Hello(links, flow.Space, "other", "source.video->sink.video", "other-source-0").ShouldStartWith("WrongPipeline");
            // The same words with a certificate that is in order come further.
            own.Hello(links, flow.Space, "flow", "source.video->nobody.video", "flow-source-0").ShouldStartWith("UnknownEdge");
            Should.Throw<Exception>(() => selfMade.Hello(links, flow.Space, "flow", "source.video->analyse.video", "flow-source-0")).ShouldBeAssignableTo<IOException>();
            foreign.AskAt(control).ShouldBe(Stranger.PermissionDenied);
            own.AskAt(control).ShouldBe(Stranger.PermissionDenied, "not even the pod's own certificate is the controller's");
            selfMade.AskAt(control).ShouldBe(Stranger.NoTls);
            new Stranger(Secrets.Issued(Kubectl, ControllerIdentity.Uri)).AskAt(control).ShouldBe(Stranger.Ok);
        });
        flow.ShouldBeWhole("strangers");
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
