using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Channels.Pods;

/// <summary>Plans of one edge, camera to render: within pod-a, or from pod-a to pod-b.</summary>
internal sealed record PodPlans(Execution Execution = Execution.Batch, int Cameras = 1, int Renders = 1, string Camera = "camera",
    string Render = "render")
{
    public const int Capacity = 16, PayloadBytesMax = 1200;

    private static readonly MediaCaps Caps = new(new VideoCaps(20, 20, "rgb24", new Rational(25, 1)));

    public FrameOrder Order { get; init; } = FrameOrder.Arrival;

    public HugePages HugePages { get; init; }

    public PollingPlan Polling { get; init; } = new(PollingMode.Hybrid, 20);

    /// <summary>The token of a media operator's container.</summary>
    public static string TokenOf(string name) => $"token of {name}";

    /// <summary>Both ends in pod-a.</summary>
    public SidecarPlan Together() => Plan("pod-a", "pod-a", "pod-a");

    /// <summary>pod-a of two.</summary>
    public SidecarPlan Sending() => Plan("pod-a", "pod-a", "pod-b");

    /// <summary>pod-b of two.</summary>
    public SidecarPlan Receiving() => Plan("pod-b", "pod-a", "pod-b");

    /// <summary>camera, passer and render in pod-a, one after the other; behind several passers their order is restored.</summary>
    public SidecarPlan Chain(int passers = 1)
    {
        var plan = Together();
        var first = Edge(plan.Edges[0], Camera, "passer") with
        {
            Consumers = Ends("passer", passers, "pod-a"),
            ChannelCapacity = 8 * Capacity,
        };
        var second = Edge(plan.Edges[0], "passer", Render) with
        {
            Producers = Ends("passer", passers, "pod-a"),
            ChannelCapacity = 8 * Capacity,
            Order = passers > 1
                ? FrameOrder.BySequence
                : FrameOrder.Arrival,
        };
        return plan with
        {
            Edges = [first, second],
            Operators =
            [
                Operator(Camera, 0, [], [new OutputPortPlan("video", [first.Name], Caps, 128)]),
                .. Enumerable.Range(0, passers).Select(replica =>
                    Operator("passer", replica, [new InputPortPlan("video", first.Name, Caps)],
                        [new OutputPortPlan("video", [second.Name], Caps, 128)])),
                Operator(Render, 0, [new InputPortPlan("video", second.Name, Caps)], []),
            ],
        };
    }

    private static EdgePlan Edge(EdgePlan like, string from, string to) => like with
    {
        Name = $"{from}.video->{to}.video",
        From = new PortRef(from, "video"),
        To = new PortRef(to, "video"),
        Producers = Ends(from, 1, "pod-a"),
        Consumers = Ends(to, 1, "pod-a"),
    };

    private SidecarPlan Plan(string pod, string cameraPod, string renderPod)
    {
        var edge = new EdgePlan(SendingPod.Edge, new PortRef(Camera, "video"), new PortRef(Render, "video"), Distribution.RoundRobin, Order,
            OnFull.Block,
            Delivery.AtLeastOnce, Capacity, MaxBorrowed: 8, Caps, PayloadBytesMax, Ends(Camera, Cameras, cameraPod),
                Ends(Render, Renders, renderPod),
            cameraPod == renderPod ? EdgeWay.Local : EdgeWay.Tcp, "");
        List<MediaOperatorPlan> operators = [];
        if (pod == cameraPod)
            operators.AddRange(Enumerable.Range(0, Cameras)
                .Select(replica => Operator(Camera, replica, [], [new OutputPortPlan("video", [edge.Name], Caps, 128)])));
        if (pod == renderPod)
            operators.AddRange(Enumerable.Range(0, Renders)
                .Select(replica => Operator(Render, replica, [new InputPortPlan("video", edge.Name, Caps)], [])));
        var isSplit = cameraPod != renderPod;
        return new SidecarPlan(new PlanVersion(1, 1, 1), "test", "line", pod, Execution, Polling, operators, [edge],
            isSplit && pod == cameraPod ? [Link(edge, "pod-b", [])] : [],
            isSplit && pod == renderPod ? [Link(edge, "pod-a", [new BlockClassPlan(4096, 4 * Capacity)])] : [])
        {
            HugePages = HugePages,
        };
    }

    private static LinkPlan Link(EdgePlan edge, string peer, BlockClassPlan[] classes) =>
        new(edge.Name, peer, "127.0.0.1", 1, [Papers.Identity(peer == "pod-a" ? "camera" : "render")], classes);

    private static MediaOperatorPlan Operator(string name, int replica, InputPortPlan[] inputs, OutputPortPlan[] outputs) => new(
        name, replica, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TokenOf(name)))),
        outputs.Length > 0 ? [new BlockClassPlan(4096, 256)] : [], inputs, outputs, MaxBorrowed: 8);

    private static EndpointPlan[] Ends(string name, int replicas, string pod) =>
        [.. Enumerable.Range(0, replicas).Select(replica => new EndpointPlan(name, replica, pod))];
}
