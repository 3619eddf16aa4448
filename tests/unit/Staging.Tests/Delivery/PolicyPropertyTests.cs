using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>An archive that must have everything, beside random edges with policies and random consumers.</summary>
public sealed class PolicyPropertyTests
{
    private const int Rounds = 200, Steps = 300, DeadlineSeconds = 1000;

    private sealed class Owner : IFrameOwner
    {
        public readonly Dictionary<int, int> Done = [];

        void IFrameOwner.Returned(int tag)
        {
        }

        void IFrameOwner.Done(int tag) => Done[tag] = Done.GetValueOrDefault(tag) + 1;

        ulong IFrameOwner.KeyOf(int tag, int edge, ref FrameDescriptor descriptor) => (ulong)tag % 7;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_sequence_is_delivered_or_explained_on_every_edge_and_the_archive_has_all(bool mayDie)
    {
        var random = new Random(Seed.Take($"{nameof(PolicyPropertyTests)}-{mayDie}"));
        for (var round = 0; round < Rounds; round++)
            Play(random, mayDie);
    }

    private static void Play(Random random, bool mayDie)
    {
        var owner = new Owner();
        var fan = new FanOut(owner, FanOutRetention.UntilDone, 64) { WindowFrames = random.Next(1, 12) };
        var archive = new RandomConsumers(fan, random, 1, FanOutDistribution.RoundRobin, null);
        var edges = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Edge(fan, random)).ToList();
        var window = edges.Where(edge => edge.Policy!.Drops).Sum(edge => edge.Policy!.WindowFrames) + fan.WindowFrames
            + edges.Where(edge => !edge.Policy!.Drops).Sum(edge => edge.Policy!.WindowFrames);
        var (sequence, frames) = (0UL, new HashSet<ulong>());
        for (var step = 0; step < Steps; step++)
        {
            if (fan.HasRoom() && random.Next(3) > 0)
                Post(fan, random, ++sequence, frames);
            archive.Step(mayDie);
            edges.ForEach(edge => edge.Step(mayDie));
            (frames.Count - owner.Done.Keys.Count(tag => frames.Contains((ulong)tag))).ShouldBeLessThanOrEqualTo(window);
        }
        fan.Post(new FrameDescriptor { Kind = FrameKind.EndOfStream, Stream = 7, Sequence = sequence }, -1);
        for (var turn = 0; turn < 50 && fan.InFlight > 0; turn++)
        {
            archive.Finish();
            edges.ForEach(edge => edge.Finish());
        }
        fan.InFlight.ShouldBe(0);
        owner.Done.Count.ShouldBe((int)sequence);
        owner.Done.Values.ShouldAllBe(count => count == 1);
        Check(archive, sequence, frames);
        edges.ForEach(edge => Check(edge, sequence, frames));
    }

    private static RandomConsumers Edge(FanOut fan, Random random)
    {
        var subscribers = random.Next(1, 4);
        var queue = random.Next(1, 5);
        var policy = new EdgePolicy((FullAction)random.Next(4), queue, subscribers * random.Next(queue, queue + 6),
            random.Next(2) * DeadlineSeconds * 1_000_000_000L);
        return new RandomConsumers(fan, random, subscribers, (FanOutDistribution)random.Next(3), policy);
    }

    private static void Post(FanOut fan, Random random, ulong sequence, HashSet<ulong> frames)
    {
        if (random.Next(6) == 0)
        {
            fan.Post(PolicyTests.Gap(sequence, (GapCause)random.Next(1, 4)), (int)sequence);
            return;
        }
        frames.Add(sequence);
        fan.Post(PolicyTests.Frame(sequence, agedMs: random.Next(5) == 0 ? 2 * DeadlineSeconds * 1000 : 0), (int)sequence);
    }

    private static void Check(RandomConsumers edge, ulong last, HashSet<ulong> frames)
    {
        edge.HaveEnded.ShouldBeTrue();
        var isShared = edge.Distribution != FanOutDistribution.Broadcast;
        var lists = isShared ? [edge.Told.SelectMany(told => told).ToList()] : edge.Told;
        foreach (var told in lists)
            Check(edge, [.. told], last, frames);
        if (edge.Deaths > 0 || (isShared && edge.Told.Count() > 1))
            return;
        foreach (var told in edge.Told)
            told.SkipLast(1).SelectMany(Explained).ShouldBe(Enumerable.Range(1, (int)last).Select(one => (ulong)one), "out of order");
    }

    private static void Check(RandomConsumers edge, FrameDescriptor[] told, ulong last, HashSet<ulong> frames)
    {
        var delivered = told.Where(one => one.Kind == FrameKind.Frame).Select(one => one.Sequence).ToList();
        var explained = told.Where(one => one.Kind == FrameKind.Gap).SelectMany(Explained).ToList();
        delivered.Concat(explained).Distinct().Order().ShouldBe(Enumerable.Range(1, (int)last).Select(one => (ulong)one));
        delivered.ShouldAllBe(sequence => frames.Contains(sequence));
        if (edge.Deaths == 0)
            (delivered.Count + explained.Count).ShouldBe((int)last);
        if (edge.Policy is not { } policy)
        {
            delivered.Distinct().Count().ShouldBe(frames.Count);
            return;
        }
        delivered.Count.ShouldBe(delivered.Distinct().Count(), "a frame was delivered twice");
        told.ShouldAllBe(one => !EdgePolicy.IsLate(in one, policy.DeadlineNs, MonotonicClock.Nanoseconds));
    }

    private static IEnumerable<ulong> Explained(FrameDescriptor one) => one.Kind == FrameKind.Frame
        ? [one.Sequence]
        : Enumerable.Range(0, (int)one.GapCount).Select(step => one.Sequence + (ulong)step);
}
