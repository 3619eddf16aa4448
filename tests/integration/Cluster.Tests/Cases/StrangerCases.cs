using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Who may speak with a sidecar.</summary>
public sealed class StrangerCases(ITestOutputHelper output) : FlowCase(output)
{
    private const int ControlPort = 7400, LinkPort = 7401;

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void A_valid_certificate_of_another_pipeline_opens_neither_the_link_port_nor_the_control_port()
    {
        using var flow = NewFlow().Start();
        flow.Apply(Variants.Small(flow.Space, "other"));
        Wait.Until("the other pipeline has its certificate",
            () => Kubectl.Try(null, "get", "secret", "other-source-kmf", "-n", flow.Space).ExitCode == 0, flow.Describe);
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
            Should.Throw<Exception>(() => selfMade.Hello(links, flow.Space, "flow", "source.video->analyse.video", "flow-source-0"))
                .ShouldBeAssignableTo<IOException>();
            foreign.AskAt(control).ShouldBe(Stranger.PermissionDenied);
            own.AskAt(control).ShouldBe(Stranger.PermissionDenied, "not even the pod's own certificate is the controller's");
            selfMade.AskAt(control).ShouldBe(Stranger.NoTls);
            new Stranger(Secrets.Issued(Kubectl, ControllerIdentity.Uri)).AskAt(control).ShouldBe(Stranger.Ok);
        });
        flow.ShouldBeWhole("strangers");
    }
}
