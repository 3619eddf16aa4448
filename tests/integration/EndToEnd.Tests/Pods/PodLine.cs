using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.TestKit;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.EndToEnd.Tests.Pods;

/// <summary>
/// A source and a sink, and a filter between them where one is asked for, in a pod each, as a cluster starts them: processes whose order
/// the test decides, options by file and environment, plans by the control API. What a cluster does with a dead container the test does, or
/// does not.
/// </summary>
internal sealed class PodLine : IDisposable
{
    public const string Source = "generate", Sink = "sink", Filter = "filter";

    private static readonly MediaCaps Caps = new(new VideoCaps(160, 90, "yuv420p", new Rational(25, 1)));

    private static readonly MediaOperatorNode Between =
        new() { Name = Filter, Image = "any", Inputs = [new InputPort("video")], Outputs = [new OutputPort("video", Caps)] };

    private static int _networks;

    private readonly string _folder = Directory.CreateTempSubdirectory("kmf-pods-").FullName;
    private readonly string _network = $"127.{192 + (Environment.ProcessId % 60)}.{1 + (Interlocked.Increment(ref _networks) % 250)}";
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("test", DateTimeOffset.UtcNow.AddHours(-1),
        TimeSpan.FromDays(1));
    private readonly List<PodProcess> _processes = [];
    private readonly TlsIdentity _controller;
    private readonly PipelineGraph _graph;

    public PodLine(Execution execution, bool hasFilter = false)
    {
        using var issued = Issue(ControllerIdentity.Uri);
        _controller = TlsIdentity.FromPem(issued.CertificatePem, issued.PrivateKeyPem(), _authority.CertificatePem);
        _graph = new PipelineGraph
        {
            Name = "line",
            Execution = execution,
            Transport = Transport.Tcp,
            Operators =
            [
                new MediaOperatorNode { Name = Source, Image = "any", Outputs = [new OutputPort("video", Caps)] },
                .. hasFilter ? [Between] : Array.Empty<MediaOperatorNode>(),
                new MediaOperatorNode { Name = Sink, Image = "any", Inputs = [new InputPort("video")] },
            ],
        };
        var pairs = _graph.Operators.Zip(_graph.Operators.Skip(1));
        _graph = _graph with
        {
            Edges = [.. pairs.Select(pair => new GraphEdge(new(pair.First.Name, "video"), new(pair.Second.Name, "video")))],
        };
        foreach (var node in _graph.Operators)
            Prepare(node.Name);
    }

    public string Folder => _folder;

    public string CountFile => Path.Combine(_folder, "count.json");

    /// <summary>What stands beside the fields that every pod has.</summary>
    public Dictionary<string, object> Options { get; } = [];

    /// <param name="bin">The folder of the program, this build's unless given.</param>
    public PodProcess StartSidecar(string name, string? bin = null)
    {
        WriteOptions(name);
        return StartSidecar(name, new ProcessStartInfo(Path.Combine(bin ?? Programs.Bin, "k8smediaflow-sidecar"), [OptionsOf(name)]));
    }

    public void WriteOptions(string name) =>
        WriteOptions(OptionsOf(name), FolderOf(name), SocketOf(name), Path.Combine(FolderOf(name), "state"));

    /// <summary>With an image's root as its own, and everything where a cluster mounts it.</summary>
    public PodProcess StartSidecarIn(Images.ImageArchive archive, string name)
    {
        var (run, state, config) = (Writable(name, "run"), Writable(name, "state"), Writable(name, "config"));
        WriteOptions(Path.Combine(config, "sidecar.json"), "/etc/k8smediaflow/identity", "/run/k8smediaflow/sidecar.sock",
            "/var/lib/k8smediaflow");
        var identity = Writable(name, "identity");
        foreach (var file in new[] { "tls.crt", "tls.key", "ca.crt" })
            File.Copy(Path.Combine(FolderOf(name), file), Path.Combine(identity, file));
        Programs.Run("chown", "-R", "65532:65532", identity, run, state);
        return StartSidecar(name, new ProcessStartInfo("unshare", Images.Jail.Arguments(archive,
            [(run, "/run/k8smediaflow"), (state, "/var/lib/k8smediaflow"), (config, "/etc/k8smediaflow/config"),
                (identity, "/etc/k8smediaflow/identity")], [.. archive.Entrypoint])));
    }

    /// <summary>What the kubelet runs in a sidecar's container when its pod ends.</summary>
    public PodProcess RunHook(string name)
    {
        var start = new ProcessStartInfo(Path.Combine(Programs.Bin, "k8smediaflow-sidecar"), ["drain", OptionsOf(name)]);
        return StartSidecar(name, start);
    }

    public PodProcess StartOperator(string name, params string[] arguments) => Start(Programs.Bin, name, name, arguments);

    public PodProcess StartOperatorOf(string bin, string name, params string[] arguments) => Start(bin, name, name, arguments);

    /// <summary>Another of the built-in media operators in the place of <paramref name="name"/>.</summary>
    public PodProcess StartVerb(string name, string verb, params string[] arguments) => Start(Programs.Bin, name, verb, arguments);

    private PodProcess Start(string bin, string name, string verb, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(bin, "media-operator"), [verb, .. arguments]);
        start.Environment["K8SMEDIAFLOW_SOCKET"] = SocketOf(name);
        start.Environment["K8SMEDIAFLOW_TOKEN_FILE"] = Path.Combine(FolderOf(name), "token");
        start.Environment["K8SMEDIAFLOW_OPERATOR"] = name;
        return Keep(new PodProcess(start));
    }

    /// <summary>As the controller: to both pods, or to one.</summary>
    public async Task PushAsync(params string[] names)
    {
        var placement = Placement.Of(_graph).With(pod => pod with
        {
            Address = AddressOf(NameOf(pod.Name)),
            LinkPort = 7401,
            Replicas = [.. pod.Replicas.Select(one => one with
            {
                TokenSha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(FolderOf(one.Operator), "token")))),
            })],
        });
        foreach (var plan in PipelinePlanner.Plan(_graph, placement, new PlanVersion(1, 1, 1))
            .Where(plan => names.Length == 0 || names.Contains(NameOf(plan.Pod))))
            await PushAsync(NameOf(plan.Pod), plan);
    }

    /// <summary>What the pod's health page says, once its sidecar listens.</summary>
    public async Task<(int Status, string Text)> GetAsync(string name, string page)
    {
        using var client = new HttpClient { Timeout = Hang.Bound };
        for (var limit = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://{AddressOf(name)}:7403{page}"));
                return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
            }
            catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConnectionError
                && limit.Elapsed < Hang.Bound)
            {
            }
        }
    }

    /// <summary>How often each sequence passed, and whether out of order.</summary>
    public static byte[] Recorded(string record) =>
        File.ReadAllBytes(Directory.GetFiles(Path.GetDirectoryName(record)!, Path.GetFileName(record) + "-video-*").Single());

    public static double Number(string metrics, string name) =>
        metrics.Split('\n').Where(text => text.StartsWith(name + "{", StringComparison.Ordinal))
        .Sum(text => double.Parse(text[text.LastIndexOf(' ')..], System.Globalization.CultureInfo.InvariantCulture));

    public static async Task Until(Func<Task<bool>> condition)
    {
        for (var limit = Stopwatch.StartNew(); limit.Elapsed < Hang.Bound; await Task.Delay(50))
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (HttpRequestException)
            {
                // It ended while it answered.
            }
        }
        throw new TimeoutException("it did not happen");
    }

    public Task ReadyAsync(string name) => Until(async () => (await GetAsync(name, "/readyz")).Status == 200);

    public Task FlowsAsync() => Until(async () => Number((await GetAsync(Source, "/metrics")).Text, "k8smediaflow_edge_frames_total") > 50);

    /// <summary>Until the pod of the sink has frames that it is not done with.</summary>
    public Task LandedAsync() => Until(async () =>
        Number((await GetAsync(Sink, "/metrics")).Text, "k8smediaflow_link_retained_frames") > 0);

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PushAsync(string name, SidecarPlan plan)
    {
        var options = new ControlClientOptions(new IPEndPoint(IPAddress.Parse(AddressOf(name)), 7400), () => _controller,
            [PeerIdentity.Of(_graph.Namespace, _graph.Name, name)]);
        using var client = new ControlClient(options);
        var limit = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await client.ApplyPlanAsync(new PlanDocument(plan.Version, PlanJson.Write(plan)), CancellationToken.None);
                return;
            }
            catch (ControlException error) when (error.Status is StatusCode.Unavailable or StatusCode.DeadlineExceeded
                && limit.Elapsed < TimeSpan.FromSeconds(240))
            {
                await Task.Delay(50);
            }
        }
    }

    private PodProcess StartSidecar(string name, ProcessStartInfo start)
    {
        start.Environment["K8SMEDIAFLOW_POD"] = PodOf(name);
        start.Environment["K8SMEDIAFLOW_ADDRESS"] = AddressOf(name);
        return Keep(new PodProcess(start));
    }

    private void WriteOptions(string file, string identity, string socket, string state) =>
        File.WriteAllText(file, JsonSerializer.Serialize(new Dictionary<string, object>(Options)
        {
            ["controlPort"] = 7400,
            ["linkPort"] = 7401,
            ["dataPort"] = 7402,
            ["healthPort"] = 7403,
            ["socketPath"] = socket,
            ["stateDirectory"] = state,
            ["certificateFile"] = $"{identity}/tls.crt",
            ["keyFile"] = $"{identity}/tls.key",
            ["caFile"] = $"{identity}/ca.crt",
        }));

    private string Writable(string name, string what) =>
        Directory.CreateDirectory(Path.Combine(FolderOf(name), "mounted-" + what)).FullName;

    private void Prepare(string name)
    {
        var folder = Directory.CreateDirectory(FolderOf(name)).FullName;
        using var leaf = Issue(PeerIdentity.Of(_graph.Namespace, _graph.Name, name));
        TlsIdentityFiles.Write(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), Path.Combine(folder, "ca.crt"), leaf,
            _authority.CertificatePem);
        File.WriteAllText(Path.Combine(folder, "token"), RandomNumberGenerator.GetHexString(64, lowercase: true), Encoding.ASCII);
    }

    private IssuedCertificate Issue(string identity) =>
        _authority.Issue(new LeafRequest("test", [identity], [], DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromHours(12)));

    private PodProcess Keep(PodProcess process)
    {
        _processes.Add(process);
        return process;
    }

    private string OptionsOf(string name) => Path.Combine(FolderOf(name), "sidecar.json");

    private string FolderOf(string name) => Path.Combine(_folder, name);

    private string SocketOf(string name) => Path.Combine(FolderOf(name), "sidecar.sock");

    private string AddressOf(string name) => $"{_network}.{(name == Source ? 10 : name == Filter ? 15 : 20)}";

    private static string PodOf(string name) => $"line-{name}-0";

    private static string NameOf(string pod) => pod["line-".Length..^"-0".Length];
}
