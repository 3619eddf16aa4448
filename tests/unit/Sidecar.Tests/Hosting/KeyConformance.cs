using K8sMediaFlow.Fabric;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// Edges that deal frames out by key between pods, while frames flow and while replicas come and leave, whatever fabric the links are on.
/// </summary>
public abstract class KeyConformance
{
    private const int Keys = 24, Leaver = 2;
    private const string Field = "track";

    private FlowPlans? _plans;
    private ulong _settled;

    /// <summary>One for all plans of a test: each new one has other ports.</summary>
    private protected FlowPlans Plans => _plans ??= NewPlans();

    /// <summary>What the links of all pods travel over in place of what the plan says.</summary>
    private protected virtual IFabric? Fabric => null;

    private protected virtual FlowPlans NewPlans() => new()
    {
        Cameras = [0, 1],
        Renders = [0, 1, 2],
        Distribution = Distribution.ByKey,
        KeyField = Field,
    };

    [Fact]
    public async Task Over_links_all_frames_of_a_key_go_to_one_replica_whichever_producer_sends_them()
    {
        using var pods = new Pods(Plans, Fabric);
        await pods.Open("camera", [0, 1]);
        await pods.Open("render", [0, 1, 2]);
        ShouldBeAtOneReplicaEach(Flow(pods.Of("camera"), pods.Of("render"), static _ => { }));
    }

    [Fact]
    public async Task A_replica_that_comes_under_flow_takes_keys_from_the_others_and_no_frame_is_lost_or_out_of_order()
    {
        var two = Plans with { Renders = [0, 1] };
        using var pods = new Pods(two, Fabric);
        await pods.Open("camera", [0, 1]);
        await pods.Open("render", [0, 1]);
        FlowingSink? third = null;
        var sinks = Flow(pods.Of("camera"), pods.Of("render"), _ =>
        {
            pods.Follow(Plans with { Generation = 2 });
            pods.Open("render", [2]).Wait(Hang.Bound).ShouldBeTrue();
            third = new FlowingSink(pods.Of("render")[^1]);
            third.AwaitGot(50);
        }, () => third!);
        KeysOf(sinks[2]).ShouldNotBeEmpty();
        KeysOf(sinks[0]).Intersect(KeysOf(sinks[1])).ShouldBeEmpty("keys moved between replicas that were there before");
    }

    [Fact]
    public async Task A_replica_that_leaves_under_flow_gives_its_keys_to_the_others_behind_its_own_frames()
    {
        using var pods = new Pods(Plans, Fabric);
        await pods.Open("camera", [0, 1]);
        await pods.Open("render", [0, 1, 2]);
        var sinks = Flow(pods.Of("camera"), pods.Of("render"), before =>
        {
            before[Leaver].AwaitGot(before[Leaver].Count + 100);
            pods.Leave($"render-{Leaver}", Plans with { Renders = [0, 1], Generation = 2 });
            before[0].AwaitGot(before[0].Count + 100);
        }, leaver: Leaver);
        var moved = KeysOf(sinks[Leaver]).ToHashSet();
        moved.ShouldNotBeEmpty();
        KeysOf(sinks[0]).Concat(KeysOf(sinks[1])).ToHashSet().IsSupersetOf(moved).ShouldBeTrue("a key of the one that left has no owner");
        KeysOf(sinks[0]).Intersect(KeysOf(sinks[1])).ShouldBeEmpty("keys moved between replicas that stayed");
        foreach (var (key, last) in LastOf(sinks[Leaver]))
            sinks.Take(Leaver).SelectMany(sink => Settled(sink, key)).ShouldAllBe(sequence => sequence > last);
    }

    /// <summary>Every source sends, something happens meanwhile, and in the end each frame came once and each key in order.</summary>
    private protected List<FlowingSink> Flow(IReadOnlyList<MediaOperator> cameras, IReadOnlyList<MediaOperator> renders,
        Action<IReadOnlyList<FlowingSink>> meanwhile, Func<FlowingSink>? more = null, int leaver = -1)
    {
        var sinks = renders.Select(render => new FlowingSink(render)).ToList();
        var sources = cameras.Select(camera => new FlowingSource(camera, describe: Describe)).ToList();
        sinks.ForEach(sink => sink.AwaitGot(100));
        AwaitAllOfAll(sinks, cameras.Count);
        _settled = (ulong)sources.Max(source => source.Sent) + 1;
        meanwhile(sinks);
        if (more is not null)
            sinks.Add(more());
        sources.ForEach(source => source.AwaitSent(Math.Max(source.Sent, (int)_settled) + 200));
        var sent = sources.ConvertAll(source => source.Stop());
        // The end of a stream is nothing to one that has left.
        foreach (var sink in sinks.Where((_, index) => index != leaver))
            sink.AwaitEnd();
        var streams = sinks.SelectMany(sink => sink.Got).GroupBy(one => one.Stream).ToList();
        streams.Select(stream => stream.Count()).Order().ShouldBe(sent.Order());
        streams.ForEach(stream => stream.ShouldBeExactly(stream.Count()));
        foreach (var sink in sinks)
        {
            sink.Got.GroupBy(one => (one.Stream, KeyOf(one.Sequence))).ShouldAllBe(key =>
                key.Select(one => one.Sequence).SequenceEqual(key.Select(one => one.Sequence).Order()));
            sink.Torn.ShouldBe(0);
            sink.Dispose();
        }
        sources.ForEach(source => source.Dispose());
        return sinks;
    }

    // A producer learns of its consumers one after the other, and those that it knows have all keys until then.
    private static void AwaitAllOfAll(List<FlowingSink> sinks, int streams) => Watchdog.Until(
        () => sinks.TrueForAll(sink => sink.Got.Select(one => one.Stream).Distinct().Count() == streams),
        () => "a consumer has no frame of some producer");

    private protected void ShouldBeAtOneReplicaEach(List<FlowingSink> sinks)
    {
        var keys = sinks.SelectMany(KeysOf).ToList();
        keys.ShouldBeUnique();
        keys.Count.ShouldBe(Keys);
        sinks.ShouldAllBe(sink => KeysOf(sink).Any());
    }

    /// <summary>Keys of frames that were sent when every producer had all of its first consumers.</summary>
    private IEnumerable<ulong> KeysOf(FlowingSink sink) =>
        sink.Got.Where(one => one.Sequence > _settled).Select(one => KeyOf(one.Sequence)).Distinct();

    private IEnumerable<ulong> Settled(FlowingSink sink, (ulong Stream, ulong Key) key) =>
        sink.Got.Where(one => one.Sequence > _settled && (one.Stream, KeyOf(one.Sequence)) == key).Select(one => one.Sequence);

    private static Dictionary<(ulong Stream, ulong Key), ulong> LastOf(FlowingSink sink) => sink.Got
        .GroupBy(one => (one.Stream, KeyOf(one.Sequence))).ToDictionary(key => key.Key, key => key.Max(one => one.Sequence));

    private static void Describe(FrameMetadata metadata, int sequence) => metadata.Set(Field, (long)KeyOf((ulong)sequence));

    private static ulong KeyOf(ulong sequence) => sequence % Keys;

    private protected static async Task Dispose(IEnumerable<MediaOperator> mediaOperators)
    {
        foreach (var one in mediaOperators)
            await one.DisposeAsync();
    }

    private sealed class Pods(FlowPlans plans, IFabric? fabric) : IDisposable
    {
        private readonly List<(string Name, RunningPod Pod, MediaOperator MediaOperator)> _pods = [];
        private FlowPlans _plans = plans;

        public List<MediaOperator> Of(string name) => [.. _pods.Where(pod => pod.Name == name).Select(pod => pod.MediaOperator)];

        public async Task Open(string name, IReadOnlyList<int> replicas)
        {
            foreach (var replica in replicas)
            {
                var pod = new RunningPod(_plans, $"{name}-{replica}", fabric: fabric);
                _pods.Add((name, pod, await pod.Attach()));
            }
        }

        public void Follow(FlowPlans newer)
        {
            _plans = newer;
            _pods.ForEach(pod => pod.Pod.Follow(newer));
        }

        /// <summary>The plan of the cameras has it no more: what is on its way to it is done, then its links end.</summary>
        public void Leave(string leaver, FlowPlans newer)
        {
            var cameras = _pods.Where(pod => pod.Name == "camera").Select(pod => pod.Pod).ToList();
            cameras.ForEach(camera => camera.Follow(newer));
            Watchdog.Until(() => cameras.TrueForAll(camera => !camera.Runtime.Ports.IsAlive($"{FlowPlans.Edge} to {leaver}")),
                () => $"a link to {leaver} stays");
        }

        public void Dispose()
        {
            KeyConformance.Dispose(_pods.Select(pod => pod.MediaOperator)).Wait(Hang.Bound);
            _pods.ForEach(pod => pod.Pod.Dispose());
        }
    }
}
