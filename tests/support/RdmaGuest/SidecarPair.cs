using System.Net;
using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Hosting;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>
/// A camera and a render, each in a pod with the product's sidecar as a process, planned by the product's planner: the camera's has rxe0,
/// the render's rxe1, and they may use nothing else.
/// </summary>
internal sealed class SidecarPair : IDisposable
{
    private const int ControlPort = 7401, LinkPort = 7402;

    // Frames of several packets, so that a death finds some of them half written.
    private static readonly PipelineGraph s_graph = new()
    {
        Name = "line",
        Execution = Execution.Batch,
        Transport = Transport.Rdma,
        Operators =
        [
            new MediaOperatorNode
            {
                Name = "camera",
                Image = "any",
                Outputs = [new OutputPort("video", new MediaCaps(new VideoCaps(128, 128, "rgb24", new Rational(25, 1))))],
            },
            new MediaOperatorNode { Name = "render", Image = "any", Inputs = [new InputPort("video")] },
        ],
        Edges = [new GraphEdge(new PortRef("camera", "video"), new PortRef("render", "video"))],
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-pair-");
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("test", DateTimeOffset.UtcNow.AddHours(-1),
        TimeSpan.FromDays(1));
    private readonly TlsIdentity _controller;

    public SidecarPair()
    {
        using var issued = Issue(ControllerIdentity.Uri);
        _controller = TlsIdentity.FromPem(issued.CertificatePem, issued.PrivateKeyPem(), _authority.CertificatePem);
        var placement = Placement.Of(s_graph).With(Known);
        var plans = PipelinePlanner.Plan(s_graph, placement, new PlanVersion(1, 1, 0));
        (Camera, Render) = (Start(placement.Pods[0], plans, "rxe0"), Start(placement.Pods[1], plans, "rxe1"));
        Camera.AwaitListening();
        Render.AwaitListening();
    }

    public SidecarProcess Camera { get; }

    public SidecarProcess Render { get; }

    public string Words => Camera.Words + Render.Words;

    public void Dispose()
    {
        Camera.Dispose();
        Render.Dispose();
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private SidecarProcess Start(PodPlacement pod, IReadOnlyList<SidecarPlan> plans, string device)
    {
        var name = NameOf(pod);
        string FileOf(string file) => Path.Combine(FolderOf(name), file);
        new PlanStore(FileOf("state")).Write(PlanJson.Write(plans.Single(plan => plan.Pod == pod.Name)));
        var options = new SidecarOptions(ControlPort, LinkPort, FileOf("socket"), FileOf("state"), FileOf("tls.crt"), FileOf("tls.key"),
            FileOf("ca.crt"), pod.Name, pod.Address,
            ExitWhenFinished: true, RdmaDevice: device);
        return new SidecarProcess(name, options,
            new ControlClientOptions(IPEndPoint.Parse($"{pod.Address}:{ControlPort}"), () => _controller, [IdentityOf(name)]));
    }

    /// <summary>The pod with its address; its token and certificate are in its folder.</summary>
    private PodPlacement Known(PodPlacement pod)
    {
        var name = NameOf(pod);
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(FolderOf(name)).FullName, "token"), token);
        using var leaf = Issue(IdentityOf(name));
        TlsIdentityFiles.Write(Path.Combine(FolderOf(name), "tls.crt"), Path.Combine(FolderOf(name), "tls.key"),
            Path.Combine(FolderOf(name), "ca.crt"), leaf, _authority.CertificatePem);
        return pod with
        {
            Address = name == "camera" ? "127.200.0.1" : "127.200.0.2",
            LinkPort = LinkPort,
            Replicas = [pod.Replicas[0] with { TokenSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token))) }],
        };
    }

    private IssuedCertificate Issue(string identity) =>
        _authority.Issue(new LeafRequest("test", [identity], [IPAddress.Loopback], DateTimeOffset.UtcNow.AddHours(-1),
            TimeSpan.FromHours(12)));

    private static string NameOf(PodPlacement pod) => pod.Replicas[0].Operator;

    private static string IdentityOf(string name) => PeerIdentity.Of(s_graph.Namespace, s_graph.Name, name);

    private string FolderOf(string name) => Path.Combine(_folder.FullName, name);
}
