using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// The plans of two pods. <c>near</c>, whose sidecar is attacked, has two replicas each of a source (camera), a passer (relay) and a sink
/// (show): the first honest, the second not. A third pod, <c>foe</c>, has an edge of its own in each direction: from a source in near
/// (lure) to its sink (pit), and from its source (rot) to a sink in near (mop).
/// <c>far</c> has a sink for the source's frames (render), one for the passer's (store), and the source of the near sink's (feed).
/// </summary>
internal sealed class Scene
{
    public const string Near = "near", Far = "far", Foe = "foe", LureToPit = "lure.video->pit.video", RotToMop = "rot.video->mop.video";
    public const string CameraToRender = "camera.video->render.video", CameraToRelay = "camera.video->relay.video",
        RelayToStore = "relay.video->store.video", FeedToShow = "feed.video->show.video";
    public const int Capacity = 16, PayloadBytesMax = 1200, LinkPort = 7401;

    private static readonly MediaCaps Caps = new(new VideoCaps(20, 20, "rgb24", new Rational(25, 1)));
    private static int _networks;

    private readonly string _network = $"127.{192 + (Environment.ProcessId % 32)}.{1 + (Interlocked.Increment(ref _networks) % 250)}";
    private readonly EdgePlan[] _edges;

    public Scene() => _edges =
    [
        Edge(CameraToRender, "camera", Near, 2, "render", Far, 1),
        Edge(CameraToRelay, "camera", Near, 2, "relay", Near, 2),
        Edge(RelayToStore, "relay", Near, 2, "store", Far, 1),
        Edge(FeedToShow, "feed", Far, 1, "show", Near, 2),
        Edge(LureToPit, "lure", Near, 1, "pit", Foe, 1),
        Edge(RotToMop, "rot", Foe, 1, "mop", Near, 1),
    ];

    public string AddressOf(string pod) => $"{_network}.{(pod == Near ? 10 : pod == Far ? 20 : 30)}";

    public SidecarPlan Of(string pod)
    {
        MediaOperatorPlan[] operators = pod switch
        {
            Near =>
            [
                .. Replicas("camera", [], [CameraToRender, CameraToRelay]), .. Replicas("relay", [CameraToRelay], [RelayToStore]),
                    .. Replicas("show", [FeedToShow], []),
                Operator("lure", 0, [], [LureToPit]), Operator("mop", 0, [RotToMop], []),
            ],
            Far => [Operator("render", 0, [CameraToRender], []), Operator("store", 0, [RelayToStore], []),
                Operator("feed", 0, [], [FeedToShow])],
            _ => [Operator("pit", 0, [LureToPit], []), Operator("rot", 0, [], [RotToMop])],
        };
        var edges = _edges.Where(edge => edge.Producers.Concat(edge.Consumers).Any(end => end.Pod == pod)).ToList();
        return new SidecarPlan(new PlanVersion(1, 1, 0), "test", "line", pod, Execution.Streaming, new PollingPlan(PollingMode.Hybrid, 20),
            operators, edges,
            [.. edges.Where(edge => edge.Producers[0].Pod == pod && edge.Consumers[0].Pod != pod)
                .Select(edge => Link(edge, edge.Consumers[0], []))],
            [.. edges.Where(edge => edge.Producers[0].Pod != pod && edge.Consumers[0].Pod == pod)
                .Select(edge => Link(edge, edge.Producers[0], [new BlockClassPlan(4096, 4 * Capacity)]))]);
    }

    private LinkPlan Link(EdgePlan edge, EndpointPlan peer, BlockClassPlan[] classes) =>
        new(edge.Name, peer.Pod, AddressOf(peer.Pod), LinkPort, [Papers.Identity(peer.Operator)], classes);

    private static EdgePlan Edge(string name, string from, string fromPod, int fromReplicas, string to, string toPod, int toReplicas) =>
        new(
        name, new PortRef(from, "video"), new PortRef(to, "video"), Distribution.RoundRobin, FrameOrder.Arrival, OnFull.Block,
            Delivery.AtLeastOnce,
        Capacity, MaxBorrowed: 8, Caps, PayloadBytesMax, Ends(from, fromReplicas, fromPod), Ends(to, toReplicas, toPod), fromPod == toPod
            ? EdgeWay.Local
            : EdgeWay.Tcp, "");

    private static EndpointPlan[] Ends(string name, int replicas, string pod) =>
        [.. Enumerable.Range(0, replicas).Select(replica => new EndpointPlan(name, replica, pod))];

    private static IEnumerable<MediaOperatorPlan> Replicas(string name, string[] inputs, string[] outputs) =>
        Enumerable.Range(0, 2).Select(replica => Operator(name, replica, inputs, outputs));

    private static MediaOperatorPlan Operator(string name, int replica, string[] inputs, string[] outputs) => new(
        name, replica, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PodPlans.TokenOf(name)))),
        outputs.Length > 0 ? [new BlockClassPlan(4096, 256)] : [],
        [.. inputs.Select(edge => new InputPortPlan("video", edge, Caps))],
        outputs.Length > 0 ? [new OutputPortPlan("video", outputs, Caps, 128)] : [], MaxBorrowed: 8);
}
