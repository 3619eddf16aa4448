using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Validation;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;
using VideoCaps = K8sMediaFlow.Pipelines.Graph.VideoCaps;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>Whatever validate and plan accept runs: pods with as many consumers as replicas and edges may make.</summary>
public sealed class LimitTests
{
    private static readonly MediaCaps Caps = new(new VideoCaps(20, 20, "rgb24", new Rational(25, 1)));

    [Fact]
    public Task Two_operators_of_forty_replicas_read_one_port() =>
        ShouldRun(Draw([40, 40], [Distribution.RoundRobin, Distribution.RoundRobin]));

    [Fact]
    public Task What_is_drawn_up_to_the_limits_runs()
    {
        var random = new Random(Seed.Take(nameof(LimitTests)));
        var first = random.Next(1, PlanLimits.ReplicasMax + 1);
        int[] replicas = [first, random.Next(1, 65 - first + 16), random.Next(1, 12)];
        return ShouldRun(Draw(replicas, [.. replicas.Select(_ => random.Next(2) == 0 ? Distribution.RoundRobin : Distribution.Broadcast)]));
    }

    [Fact]
    public void As_many_attach_as_the_plan_has_media_operators()
    {
        using var pod = new TestPod(PlanOf(Draw([64, 64, 64, 64, 64], [.. Enumerable.Repeat(Distribution.RoundRobin, 5)])));
        // Without the source nobody has anything to say to them while this thread is with another one.
        var renders = pod.Plan.Operators.Where(one => one.Name != "camera").ToList();
        renders.Count.ShouldBeGreaterThan(AttachServer.SpareSessions);
        var attached = renders.Select(one => new RawMediaOperator(pod.SocketPath, one.Name).Attach(one.Replica, incarnation: 1)).ToList();
        attached.ShouldAllBe(one => one.Refusal == null && !one.IsClosed);
        Watchdog.Until(() => pod.Registry.States.Count(one => one.State == MediaOperatorState.Attached) == renders.Count,
            () => string.Join('\n', pod.Registry.States));
        attached.ForEach(one => one.Dispose());
    }

    [Fact]
    public void The_longest_welcome_that_the_rules_allow_is_one_message()
    {
        var buffer = new MessageBuffer(64 << 10);
        var (edges, tooMany) = (1, 500);
        while (tooMany - edges > 1)
            (edges, tooMany) = GraphRules.Check(Wide((edges + tooMany) / 2)).Count == 0
                ? ((edges + tooMany) / 2, tooMany)
                : (edges, (edges + tooMany) / 2);
        edges.ShouldBeInRange(200, 400);
        var plan = PipelinePlanner.Plan(Wide(edges), Placement.Of(Wide(edges)), new PlanVersion(1, 1, 1)).Single();
        foreach (var own in plan.Operators)
        {
            WelcomeMessage.Write(buffer.Begin<AttachMessage.Builder>().InitWelcome(), plan, own, Incarnation.New(), AttachMessage.Protocol);
            buffer.Finish().Length.ShouldBeLessThanOrEqualTo(64 << 10);
        }

        static PipelineGraph Wide(int edges)
        {
            var (port, stem) = (new string('p', 62), new string('r', 40));
            var names = Enumerable.Range(0, (edges + 1) / 2).Select(i => $"{stem}{i:000}").ToList();
            var ends = Enumerable.Range(0, edges).Select(i => new PortRef(names[i / 2], $"{port}{i % 2}")).ToList();
            return new PipelineGraph
            {
                Name = "l",
                Operators =
                [
                    new MediaOperatorNode { Name = "camera", Outputs = [new(port, Caps)] },
                    .. names.Select(name => new MediaOperatorNode
                    {
                        Name = name,
                        Inputs = [.. ends.Where(end => end.Operator == name).Select(end => new Pipelines.Graph.InputPort(end.Port))],
                    }),
                ],
                Edges = [.. ends.Select(end => new GraphEdge(new PortRef("camera", port), end))],
                Groups = [new("all", GroupMode.SamePod, ["camera", .. names])],
            };
        }
    }

    private static PipelineGraph Draw(int[] replicas, Distribution[] distributions) => new()
    {
        Name = "line",
        Namespace = "test",
        Execution = Execution.Batch,
        Operators =
        [
            new MediaOperatorNode { Name = "camera", Outputs = [new("video", Caps)] },
            .. replicas.Select((count, i) => new MediaOperatorNode { Name = $"render{i}", Replicas = count, Inputs = [new("video")] }),
        ],
        Edges = [.. replicas.Select((_, i) => new GraphEdge(new PortRef("camera", "video"), new PortRef($"render{i}", "video"))
        {
            Distribution = distributions[i],
        })],
        Groups = [new("all", GroupMode.SamePod, ["camera", .. replicas.Select((_, i) => $"render{i}")])],
    };

    private static SidecarPlan PlanOf(PipelineGraph graph)
    {
        var placement = Placement.Of(graph).With(pod => pod with
        {
            Replicas = [.. pod.Replicas.Select(one => one with { TokenSha256 = HashOf(PodPlans.TokenOf(one.Operator)) })],
        });
        return PipelinePlanner.Plan(graph, placement, new PlanVersion(1, 1, 1)).Single();
    }

    private static async Task ShouldRun(PipelineGraph graph)
    {
        using var pod = new TestPod(PlanOf(graph));
        await using var camera = await pod.Attach("camera");
        var renders = await Task.WhenAll(pod.Plan.Operators.Where(one => one.Name != "camera")
            .Select(one => pod.Attach(one.Name, one.Replica)));
        var frames = 2 * renders.Length;
        var sending = Task.Run(() => camera.SendAll(frames));
        var got = new Dictionary<(string, int), List<ulong>>();
        Watchdog.Until(() => Collect(renders, got),
            () => $"not all of {frames} frames and the end came to all of {renders.Length}: {string.Join(" ", got.Select(one => one.Value.Count))}");
        await sending.WaitAsync(Hang.Bound);
        var all = Enumerable.Range(1, frames).Select(sequence => (ulong)sequence).ToList();
        foreach (var edge in graph.Edges)
        {
            var ofEdge = got.Where(one => one.Key.Item1 == edge.To.Operator).Select(one => one.Value).ToList();
            foreach (var one in edge.Distribution == Distribution.Broadcast ? ofEdge : [[.. ofEdge.SelectMany(one => one).Order()]])
                one.ShouldBe(all, $"of {edge.Name}, {edge.Distribution}");
        }
        foreach (var render in renders)
            await render.DisposeAsync();
    }

    private static bool Collect(MediaOperator[] renders, Dictionary<(string, int), List<ulong>> got)
    {
        var ended = 0;
        foreach (var render in renders)
        {
            if (!got.TryGetValue((render.Name, render.Replica), out var mine))
                got[(render.Name, render.Replica)] = mine = [];
            while (render.Inputs["video"].TryReceive(out var frame))
                using (frame)
                    mine.Add(frame.Sequence);
            ended += render.Inputs["video"].Ended ? 1 : 0;
        }
        return ended == renders.Length;
    }

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
