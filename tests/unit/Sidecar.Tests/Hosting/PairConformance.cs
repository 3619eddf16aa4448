using K8sMediaFlow.Fabric;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// Edges that pair replica i with replica i between pods, while frames flow and while pairs come, whatever fabric the links are on.
/// </summary>
public abstract class PairConformance
{
    private FlowPlans? _two;

    /// <summary>One for all plans of a test: each new one has other ports.</summary>
    private protected FlowPlans Two => _two ??= new()
    {
        Cameras = [0, 1],
        Renders = [0, 1],
        Distribution = Distribution.OneToOne,
    };

    /// <summary>What the links of all pods travel over in place of what the plan says.</summary>
    private protected virtual IFabric? Fabric => null;

    [Fact]
    public async Task Over_links_each_replica_gets_the_frames_of_its_partner_and_no_others()
    {
        using var pods = new Pods(Two, Fabric);
        await pods.Open([0, 1]);
        foreach (var camera in pods.Cameras)
            camera.Runtime.Outbound.ShouldHaveSingleItem();
        Flow(pods.Sources, pods.Sinks, 300, static () => { });
    }

    [Fact]
    public async Task A_pair_that_comes_under_flow_costs_the_others_no_frame()
    {
        using var pods = new Pods(Two, Fabric);
        await pods.Open([0, 1]);
        var three = Two with { Cameras = [0, 1, 2], Renders = [0, 1, 2], Generation = 2 };
        Flow(pods.Sources, pods.Sinks, 600, () =>
        {
            pods.Follow(three);
            pods.Open([2]).Wait(Hang.Bound).ShouldBeTrue();
            Flow([pods.Sources[2]], [pods.Sinks[2]], 200, static () => { });
        });
        pods.Cameras.Select(camera => camera.Runtime.Outbound.Single().Link.Status.PeerPod).ShouldBe(["render-0", "render-1", "render-2"]);
        pods.Cameras.ShouldAllBe(camera => camera.Runtime.Outbound.Single().Link.Status.Losses == 0);
    }

    /// <summary>Every source sends, something happens meanwhile, and each sink has in the end what its own source sent.</summary>
    private protected static void Flow(IReadOnlyList<MediaOperator> cameras, IReadOnlyList<MediaOperator> renders, int frames,
        Action meanwhile)
    {
        var sinks = renders.Select(render => new FlowingSink(render)).ToList();
        var sources = cameras.Select(camera => new FlowingSource(camera)).ToList();
        sinks.ForEach(sink => sink.AwaitGot(frames / 2));
        meanwhile();
        sinks.ForEach(sink => sink.AwaitGot(frames));
        for (var pair = 0; pair < sinks.Count; pair++)
        {
            var sent = sources[pair].Stop();
            sinks[pair].AwaitEnd();
            sinks[pair].Got.Select(one => one.Stream).Distinct().ShouldHaveSingleItem();
            sinks[pair].Got.ShouldBeExactly(sent);
            sinks[pair].Torn.ShouldBe(0);
        }
        sinks.SelectMany(sink => sink.Got.Select(one => one.Stream).Distinct()).Distinct().Count().ShouldBe(sinks.Count);
        sources.ForEach(source => source.Dispose());
        sinks.ForEach(sink => sink.Dispose());
    }

    private sealed class Pods(FlowPlans plans, IFabric? fabric) : IDisposable
    {
        private readonly List<RunningPod> _renders = [];
        private FlowPlans _plans = plans;

        public List<RunningPod> Cameras { get; } = [];

        public List<MediaOperator> Sources { get; } = [];

        public List<MediaOperator> Sinks { get; } = [];

        public async Task Open(IReadOnlyList<int> replicas)
        {
            foreach (var replica in replicas)
            {
                Cameras.Add(new RunningPod(_plans, $"camera-{replica}", fabric: fabric));
                _renders.Add(new RunningPod(_plans, $"render-{replica}", fabric: fabric));
                Sources.Add(await Cameras[^1].Attach());
                Sinks.Add(await _renders[^1].Attach());
            }
        }

        public void Follow(FlowPlans newer)
        {
            _plans = newer;
            foreach (var pod in Cameras.Concat(_renders))
                pod.Follow(newer);
        }

        public void Dispose()
        {
            foreach (var one in Sources.Concat(Sinks))
                one.DisposeAsync().AsTask().Wait(Hang.Bound);
            foreach (var pod in Cameras.Concat(_renders))
                pod.Dispose();
        }
    }
}
