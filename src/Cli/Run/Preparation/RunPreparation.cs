using System.Globalization;
using System.Net;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>
/// From a checked graph to a run's files: certificates, tokens, sidecar configurations and plans, in the run's directory.
/// </summary>
internal sealed class RunPreparation : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(365);
    private readonly PipelineGraph _graph;
    private readonly string _directory;
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("k8smediaflow local run", Now(), Validity);
    private readonly Dictionary<(string Operator, int Replica), string> _tokenFiles = [];

    private readonly Dictionary<string, string> _devices;

    private RunPreparation(PipelineGraph graph, string directory, IReadOnlyList<string> devices)
    {
        _graph = graph;
        _directory = directory;
        _devices = PodDevices.Parse(devices, Placement.Of(graph));
    }

    /// <exception cref="RunException">A program is missing, or a device is named for a pod that there is not.</exception>
    /// <exception cref="PlanRefusedException">The planner refuses the graph.</exception>
    public static RunSpec Prepare(PipelineGraph graph, string directory, TimeSpan? stallAfter, IReadOnlyList<string>? devices = null)
    {
        using var preparation = new RunPreparation(graph, directory, devices ?? []);
        return preparation.Prepare(stallAfter);
    }

    public void Dispose() => _authority.Dispose();

    private RunSpec Prepare(TimeSpan? stallAfter)
    {
        var sidecar = LocalPrograms.Sidecar();
        var placement = Locate(Placement.Of(_graph));
        var plans = PipelinePlanner.Plan(_graph, placement, new PlanVersion(1, 1, 0));
        var controller = Issue("controller", ControllerIdentity.Uri, IPAddress.Loopback);
        var pods = placement.Pods.Select((pod, index) => WritePod(pod, index)).ToList();
        string[] edges = [.. _graph.Edges.Select(edge => edge.Name)];
        new RunManifest(
            _graph.Name, Environment.ProcessId, FileOf("controller.crt"), FileOf("controller.key"), FileOf("controller-ca.crt"), edges,
                pods).Write(_directory);
        return new RunSpec(
            _graph.Name,
            _graph.Execution,
            _directory,
            [.. pods.Select((pod, index) => Pod(pod, index, sidecar, plans.Single(plan => plan.Pod == pod.Name), controller))],
            [.. placement.Pods.SelectMany((pod, index) => pod.Replicas.Select(replica => Replica(replica, pod.Name, index)))],
            edges,
            stallAfter)
        {
            PodsThatNeedRdma = _graph.Transport == Transport.Rdma
                ? [.. plans.Where(plan => plan.Inbound.Count + plan.Outbound.Count > 0).Select(plan => plan.Pod)]
                : [],
        };
    }

    private Placement Locate(Placement placement)
    {
        var network = LocalNetwork.Pick(placement.Pods.Count);
        var index = 0;
        return placement.With(pod => pod with
        {
            Address = network.Address(index).ToString(),
            LinkPort = LocalNetwork.LinkPort,
            Replicas = [.. WithTokens(pod, index++)],
        });
    }

    private IEnumerable<ReplicaPlacement> WithTokens(PodPlacement pod, int index)
    {
        Directory.CreateDirectory(PodFile(index, ""));
        foreach (var replica in pod.Replicas)
        {
            var token = AccessToken.Create(PodFile(index, $"{replica.Operator}-{replica.Replica}.token"));
            _tokenFiles[(replica.Operator, replica.Replica)] = token.File;
            yield return replica with { TokenSha256 = token.Sha256 };
        }
    }

    private RunPod WritePod(PodPlacement pod, int index)
    {
        string[] identities = [.. pod.Replicas.Select(replica => PeerIdentity.Of(_graph.Namespace, _graph.Name, replica.Operator))
            .Distinct()];
        var address = IPAddress.Parse(pod.Address);
        using var leaf = _authority.Issue(new LeafRequest(pod.Name, identities, [address], Now(), Validity));
        TlsIdentityFiles.Write(PodFile(index, "tls.crt"), PodFile(index, "tls.key"), PodFile(index, "ca.crt"), leaf,
            _authority.CertificatePem);
        var observer = AccessToken.Create(PodFile(index, "observer.token"));
        var file = new SidecarOptions(LocalNetwork.ControlPort, pod.LinkPort, PodFile(index, "socket"), PodFile(index, "state"),
            PodFile(index, "tls.crt"), PodFile(index, "tls.key"), PodFile(index, "ca.crt"), pod.Name, pod.Address,
                ObserverTokenSha256: observer.Sha256,
            RdmaDevice: _devices.GetValueOrDefault(pod.Name));
        PrivateFile.Write(PodFile(index, "sidecar.json"), file.ToJson());
        return new RunPod(pod.Name, pod.Address, LocalNetwork.ControlPort, file.SocketPath, observer.File, identities);
    }

    private PodSpec Pod(RunPod pod, int index, string sidecar, SidecarPlan plan, TlsIdentity controller)
    {
        var command = new ProcessCommand(sidecar, ["--config", PodFile(index, "sidecar.json")], Marked());
        var control = new ControlClientOptions(new IPEndPoint(IPAddress.Parse(pod.Address), pod.ControlPort), () => controller,
            pod.Identities);
        return new PodSpec(pod.Name, command, control, new PlanDocument(plan.Version, PlanJson.Write(plan)));
    }

    private ReplicaSpec Replica(ReplicaPlacement replica, string pod, int index)
    {
        var node = VolumeFolders.Map(_graph.Operators.First(one => one.Name == replica.Operator), EmptyFolders(index));
        var program = LocalPrograms.For(node);
        var environment = Marked();
        foreach (var variable in node.Environment)
            environment[variable.Name] = variable.Value;
        environment["K8SMEDIAFLOW_SOCKET"] = PodFile(index, "socket");
        environment["K8SMEDIAFLOW_TOKEN_FILE"] = _tokenFiles[(replica.Operator, replica.Replica)];
        environment["K8SMEDIAFLOW_OPERATOR"] = replica.Operator;
        environment["K8SMEDIAFLOW_REPLICA"] = replica.Replica.ToString(CultureInfo.InvariantCulture);
        return new ReplicaSpec(replica.Operator, replica.Replica, pod,
            new ProcessCommand(program[0], [.. program.Skip(1), .. node.Args], environment));
    }

    private Dictionary<string, string> EmptyFolders(int pod)
    {
        var folders = new Dictionary<string, string>();
        foreach (var volume in _graph.Volumes.Where(volume => volume.Kind == VolumeFolders.EmptyDir))
            folders[volume.Name] = Directory.CreateDirectory(PodFile(pod, "volume-" + volume.Name)).FullName;
        return folders;
    }

    private TlsIdentity Issue(string name, string identity, IPAddress address)
    {
        using var leaf = _authority.Issue(new LeafRequest(name, [identity], [address], Now(), Validity));
        return TlsIdentityFiles.Write(FileOf(name + ".crt"), FileOf(name + ".key"), FileOf(name + "-ca.crt"), leaf,
            _authority.CertificatePem).Current;
    }

    // The runtime's sockets for debuggers outlive a killed process; a document's own env can ask for them.
    private Dictionary<string, string?> Marked() => new() { [OrphanSweep.Variable] = _directory, ["DOTNET_EnableDiagnostics"] = "0" };

    private string FileOf(string name) => Path.Combine(_directory, name);

    // Pods are numbered here: their names may be too long for a socket's path.
    private string PodFile(int pod, string name) => Path.Combine(_directory, pod.ToString(CultureInfo.InvariantCulture), name);

    // A few minutes back: certificates must hold at once on a clock that is set back by a moment.
    private static DateTimeOffset Now() => DateTimeOffset.UtcNow.AddMinutes(-5);
}
