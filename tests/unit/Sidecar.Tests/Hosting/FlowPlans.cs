using System.Net;
using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// Plans of one edge between cameras and renders, each replica in a pod of its own: <c>camera-0</c>, <c>render-1</c>. Pods are where the
/// test says.
/// </summary>
internal sealed record FlowPlans
{
    public const int Capacity = 16, Window = 32, PayloadBytesMax = 1200, LinkPort = 7401, DataPort = 7402;
    public const string Edge = "camera.video->render.video";

    private static readonly MediaCaps Caps = new(new VideoCaps(20, 20, "rgb24", new Rational(25, 1)));
    private static int _networks;

    // A network of its own for each test: the ports are the same ones everywhere, as pods have them.
    private readonly string _network = $"127.{64 + (Environment.ProcessId % 128)}.{1 + (Interlocked.Increment(ref _networks) % 250)}";

    /// <summary>Where the distribution is ByKey.</summary>
    public string? KeyField { get; init; }

    public IReadOnlyList<int> Cameras { get; init; } = [0];

    public IReadOnlyList<int> Renders { get; init; } = [0];

    public FrameOrder Order { get; init; } = FrameOrder.Arrival;

    public Distribution Distribution { get; init; } = Distribution.RoundRobin;

    /// <summary>What the edge does when it is full; anything needs <see cref="Queue"/> but Block.</summary>
    public OnFull OnFull { get; init; }

    /// <summary>What the edge may drop; null: it delivers at least once.</summary>
    public EdgeQueuePlan? Queue { get; init; }

    public Execution Execution { get; init; } = Execution.Batch;

    public int ChannelCapacity { get; init; } = Capacity;

    public string Token { get; init; } = "first";

    /// <summary>Of the largest payload. The blocks at the end of a link hold 4096 bytes of a frame, whatever this is.</summary>
    public int PayloadBytes { get; init; } = PayloadBytesMax;

    /// <summary>All cameras and renders live in pod <c>camera-0</c>.</summary>
    public bool InOnePod { get; init; }

    public Transport Transport { get; init; } = Transport.Tcp;

    public Encryption Encryption { get; init; } = Encryption.None;

    /// <summary>How long peers may be silent, in milliseconds: if their machine does not answer, and if it does.</summary>
    public (int? Silence, int? Hung) Patience { get; init; }

    /// <summary>Where a pod is dialled in place of its address.</summary>
    public IReadOnlyDictionary<string, IPEndPoint> Detours { get; init; } = new Dictionary<string, IPEndPoint>();

    /// <summary>The RDMA device of a pod; the first that the machine has where nothing is said.</summary>
    public Func<string, string?> DeviceOf { get; init; } = static _ => null;

    public long Generation { get; init; } = 1;

    /// <summary>Pods that were replaced, by how often: each time they are elsewhere.</summary>
    public IReadOnlyDictionary<string, int> Lives { get; init; } = new Dictionary<string, int>();

    public static string TokenOf(string token, string name) => $"{token} token of {name}";

    public FlowPlans Moved(string pod) => this with
    {
        Generation = Generation + 1,
        Lives = new Dictionary<string,
        int>(Lives)
        { [pod] = Lives.GetValueOrDefault(pod) + 1 },
    };

    /// <summary>Pods that are scaled to 0.</summary>
    public IReadOnlyList<string> Away { get; init; } = [];

    public string AddressOf(string pod) =>
        Away.Contains(pod)
            ? PodPlacement.AddressNowhere
            : $"{_network}.{(pod.StartsWith("camera", StringComparison.Ordinal) ? 10 : 60) + (int.Parse(pod[^1..], System.Globalization.CultureInfo.InvariantCulture) * 5) + Lives.GetValueOrDefault(pod)}";

    public SidecarPlan Of(string pod)
    {
        var edge = new EdgePlan(Edge, new PortRef("camera", "video"), new PortRef("render", "video"), Distribution, Order, OnFull,
            Queue is null ? Delivery.AtLeastOnce : Delivery.AtMostOnce,
            ChannelCapacity, MaxBorrowed: 8, Caps, PayloadBytes, Ends("camera", Cameras), Ends("render", Renders), EdgeWay.Tcp,
                $"{Cameras.Count} to {Renders.Count}")
        {
            Queue = Queue,
            KeyField = KeyField,
        };
        var replica = int.Parse(pod[^1..], System.Globalization.CultureInfo.InvariantCulture);
        var isCamera = pod.StartsWith("camera", StringComparison.Ordinal);
        edge = edge with { PairsReplicas = Distribution == Distribution.OneToOne };
        if (InOnePod)
            edge = edge with { Producers = Ends("camera", Cameras, pod), Consumers = Ends("render", Renders, pod), Way = EdgeWay.Local };
        var plan = new SidecarPlan(new PlanVersion(1, Generation, 0), "test", "line", pod, Execution,
            new PollingPlan(PollingMode.Hybrid, 20),
            [isCamera ? Operator("camera", replica, [], [new OutputPortPlan("video", [Edge], Caps, 2 * Window)])
                : Operator("render", replica, [new InputPortPlan("video", Edge, Caps)], [])],
            [edge],
            isCamera ? [.. Partners(Renders, replica).Select(number => Link($"render-{number}", "render", []))] : [],
            isCamera ? [] : [.. Partners(Cameras, replica).Select(number => Link($"camera-{number}", "camera",
                [new BlockClassPlan(4096, 4 * Capacity)]))])
        {
            Transport = Transport,
            Encryption = Encryption,
            LinkSilenceMilliseconds = Patience.Silence,
            LinkHungMilliseconds = Patience.Hung,
        };
        return InOnePod ? plan with
        {
            Operators = [.. Cameras.Select(number => Operator("camera", number, [],
                [new OutputPortPlan("video", [Edge], Caps, 2 * Window)])),
                .. Renders.Select(number => Operator("render", number, [new InputPortPlan("video", Edge, Caps)], []))],
            Outbound = []
        } : plan;
    }

    private LinkPlan Link(string peer, string identity, BlockClassPlan[] classes) => Detours.TryGetValue(peer, out var at)
        ? new(Edge, peer, at.Address.ToString(), at.Port, [Papers.Identity(identity)], classes)
        : new(Edge, peer, AddressOf(peer), LinkPort, [Papers.Identity(identity)], classes);

    private MediaOperatorPlan Operator(string name, int replica, InputPortPlan[] inputs, OutputPortPlan[] outputs) => new(
        name, replica, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TokenOf(Token, name)))),
        outputs.Length > 0 ? [new BlockClassPlan(PayloadBytes > PayloadBytesMax ? 8192 : 4096, 128)] : [], inputs, outputs, MaxBorrowed: 8);

    private IEnumerable<int> Partners(IReadOnlyList<int> replicas, int own) =>
        Distribution == Distribution.OneToOne ? replicas.Where(number => number == own) : replicas;

    private static EndpointPlan[] Ends(string name, IReadOnlyList<int> replicas, string? pod = null) =>
        [.. replicas.Select(replica => new EndpointPlan(name, replica, pod ?? $"{name}-{replica}"))];
}
