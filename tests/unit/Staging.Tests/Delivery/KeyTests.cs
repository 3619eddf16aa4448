using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>An edge that deals frames out by key: one consumer for each key, and few keys that change hands.</summary>
public sealed class KeyTests
{
    private const int Keys = 100;

    private sealed class Owner : IFrameOwner
    {
        public readonly HashSet<int> Done = [];

        void IFrameOwner.Returned(int tag)
        {
        }

        void IFrameOwner.Done(int tag)
        {
            if (!Done.Add(tag))
                Assert.Fail($"{tag} is done twice");
        }

        ulong IFrameOwner.KeyOf(int tag, int edge, ref FrameDescriptor descriptor) => KeyOf((ulong)tag);
    }

    private sealed class Stage
    {
        private readonly int _edge;

        public Stage(int consumers, int window = 1000, FanOutRetention retention = FanOutRetention.UntilDone)
        {
            Fan = new FanOut(Owner, retention, 16) { WindowFrames = window };
            _edge = Fan.AddEdge(FanOutDistribution.ByKey);
            for (var replica = 0; replica < consumers; replica++)
                Come(replica);
        }

        public Owner Owner { get; } = new();

        public FanOut Fan { get; }

        public SortedDictionary<int, FakeChannel> Channels { get; } = [];

        public Dictionary<int, int> Subscribers { get; } = [];

        public ulong Sequence { get; private set; }

        public void Come(int replica, int capacity = 1024)
        {
            if (!Subscribers.ContainsKey(replica))
                Subscribers.Add(replica, Fan.AddSubscriber(_edge));
            Channels.Add(replica, new FakeChannel(capacity));
            Fan.Attach(Subscribers[replica], Channels[replica], replica);
            Fan.Pump();
        }

        public void Die(int replica)
        {
            Channels.Remove(replica, out var channel);
            Fan.Detach(Subscribers[replica], isCompleted: false);
            Fan.TakeBack(channel!);
        }

        public void Send(int frames)
        {
            for (; frames > 0; frames--)
                Fan.Post(new FrameDescriptor { Kind = FrameKind.Frame, Stream = 1, Sequence = ++Sequence }, (int)Sequence);
        }

        public List<FrameDescriptor> Take(int replica)
        {
            var taken = new List<FrameDescriptor>();
            while (Channels[replica].TryPop(out var descriptor))
                taken.Add(descriptor);
            return taken;
        }

        public void GiveBack(int replica, IEnumerable<FrameDescriptor> taken)
        {
            foreach (var descriptor in taken)
                Channels[replica].Return(descriptor.Ticket, ReturnKind.Both);
            Fan.DrainReturns();
        }

        /// <summary>Who has which of the keys, by one frame of each.</summary>
        public Dictionary<ulong, int> Map()
        {
            Send(Keys);
            var map = new Dictionary<ulong, int>();
            foreach (var replica in Channels.Keys)
            {
                var taken = Take(replica);
                foreach (var descriptor in taken)
                    map.Add(KeyOf(descriptor.Sequence), replica);
                GiveBack(replica, taken);
            }
            map.Count.ShouldBe(Keys);
            return map;
        }
    }

    [Fact]
    public void All_frames_of_a_key_go_to_one_consumer_in_their_order_and_each_consumer_has_its_part()
    {
        var stage = new Stage(consumers: 4);
        stage.Send(10 * Keys);
        var parts = stage.Channels.Keys.Select(stage.Take).ToList();
        parts.Sum(part => part.Count).ShouldBe(10 * Keys);
        foreach (var part in parts)
        {
            part.Select(one => one.Sequence).ShouldBeInOrder();
            part.GroupBy(one => KeyOf(one.Sequence)).ShouldAllBe(key => key.Count() == 10);
            part.Count.ShouldBeInRange(10 * Keys / 4 / 2, 10 * Keys / 4 * 2);
        }
    }

    [Fact]
    public void Every_producer_chooses_the_same_consumer_for_a_key_whatever_the_order_in_which_they_came()
    {
        var (one, other) = (new Stage(consumers: 0), new Stage(consumers: 0));
        foreach (var replica in (int[])[0, 1, 2, 3])
        {
            one.Come(replica);
            other.Come(3 - replica);
        }
        other.Map().OrderBy(pair => pair.Key).ShouldBe(one.Map().OrderBy(pair => pair.Key));
    }

    [Fact]
    public void A_consumer_that_comes_takes_only_keys_that_become_its_own_and_a_consumer_that_leaves_gives_away_only_those()
    {
        var stage = new Stage(consumers: 3);
        var before = stage.Map();
        stage.Come(3);
        var after = stage.Map();
        var moved = before.Keys.Where(key => before[key] != after[key]).ToList();
        moved.ShouldAllBe(key => after[key] == 3);
        moved.Count.ShouldBeInRange(Keys / 10, Keys / 2);
        stage.Die(3);
        stage.Map().OrderBy(pair => pair.Key).ShouldBe(before.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void A_key_that_moves_waits_until_its_earlier_frames_are_done_and_other_keys_do_not_wait_for_it()
    {
        var stage = new Stage(consumers: 3);
        var before = stage.Map();
        stage.Send(Keys);
        var held = stage.Channels.Keys.ToDictionary(replica => replica, stage.Take);
        stage.Come(3);
        stage.Send(Keys);
        stage.Channels[3].HasDescriptor.ShouldBeFalse("the earlier frames are not done");
        foreach (var (replica, frames) in held)
        {
            var unmoved = stage.Take(replica);
            unmoved.ShouldAllBe(one => before[KeyOf(one.Sequence)] == replica);
            unmoved.ShouldNotBeEmpty();
            // Returned is not done: what derives from it may still be on its way.
            frames.ForEach(one => stage.Channels[replica].Return(one.Ticket, ReturnKind.Returned));
            stage.Fan.DrainReturns();
        }
        stage.Channels[3].HasDescriptor.ShouldBeFalse("the earlier frames are only returned");
        foreach (var (replica, frames) in held)
        {
            frames.ForEach(one => stage.Channels[replica].Return(one.Ticket, ReturnKind.Done));
            stage.Fan.DrainReturns();
        }
        stage.Take(3).Count.ShouldBeInRange(Keys / 10, Keys / 2);
    }

    [Fact]
    public void What_a_dead_consumer_was_not_done_with_goes_before_what_came_later_of_its_keys()
    {
        var stage = new Stage(consumers: 2);
        stage.Send(2 * Keys);
        var others = stage.Take(1);
        stage.Die(0);
        stage.Send(Keys);
        var rest = stage.Take(1);
        others.Concat(rest).Select(one => one.Sequence).Order().ShouldBe(Enumerable.Range(1, 3 * Keys).Select(one => (ulong)one));
        others.Concat(rest).GroupBy(one => KeyOf(one.Sequence)).ShouldAllBe(key => IsInOrder(key));
    }

    [Fact]
    public void A_consumer_that_stands_still_holds_up_its_own_keys_until_the_window_is_full_of_them()
    {
        const int Window = 40;
        var stage = new Stage(consumers: 2, Window);
        var served = 0;
        for (; stage.Fan.HasRoom(); served++)
        {
            stage.Send(1);
            stage.GiveBack(1, stage.Take(1));
        }
        stage.Fan.InFlight.ShouldBe(Window);
        stage.Channels[1].NotDone.ShouldBe(0);
        served.ShouldBeGreaterThan(Window * 3 / 2, "the other consumer's frames went on meanwhile");
        stage.GiveBack(0, stage.Take(0));
        stage.Fan.HasRoom().ShouldBeTrue();
    }

    [Fact]
    public void Where_nobody_is_there_frames_wait_and_nothing_is_asked_for()
    {
        var stage = new Stage(consumers: 0);
        stage.Fan.HasRoom().ShouldBeFalse();
        stage.Send(3);
        stage.Come(5);
        stage.Take(5).Count.ShouldBe(3);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_frame()
    {
        var stage = new Stage(consumers: 3);
        var channels = stage.Channels.Values.ToArray();
        long Round()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < 300; step++)
            {
                stage.Send(1);
                foreach (var channel in channels)
                    while (channel.TryPop(out var descriptor))
                        channel.Return(descriptor.Ticket, ReturnKind.Both);
                stage.Fan.DrainReturns();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        stage.Owner.Done.EnsureCapacity(10_000);
        Round();
        Round().ShouldBe(0);
    }

    [Theory]
    [InlineData(FanOutRetention.UntilDone)]
    [InlineData(FanOutRetention.UntilReturned)]
    public void Whatever_consumers_do_a_key_is_at_one_of_them_at_a_time_and_in_order_and_nothing_is_lost(FanOutRetention retention)
    {
        var random = new Random(Seed.Take($"{nameof(KeyTests)}-{retention}"));
        for (var round = 0; round < 200; round++)
            Play(new Stage(0, window: random.Next(2, 30), retention), random);
    }

    private static void Play(Stage stage, Random random)
    {
        var held = new Dictionary<int, List<FrameDescriptor>>();
        var (latest, seen) = (new Dictionary<(int, ulong), ulong>(), new HashSet<ulong>());
        var (replicas, places) = (random.Next(1, 6), new Dictionary<ulong, int>());
        for (var step = 0; step < 400; step++)
        {
            var replica = random.Next(replicas);
            if (random.Next(3) > 0 && stage.Fan.HasRoom())
                stage.Send(1);
            else if (!stage.Channels.ContainsKey(replica))
                Come(replica);
            else if (random.Next(40) == 0)
                Die(replica);
            else if (random.Next(2) == 0)
                TakeOne(replica);
            else
                GiveOne(replica);
            ShouldBeAtOnePlace();
        }
        for (var turn = 0; turn < 100 && stage.Fan.InFlight > 0; turn++)
            for (var replica = 0; replica < replicas; replica++)
                Finish(replica);
        stage.Fan.InFlight.ShouldBe(0);
        stage.Owner.Done.Count.ShouldBe((int)stage.Sequence);
        seen.Count.ShouldBe((int)stage.Sequence);

        void Come(int replica)
        {
            stage.Come(replica, capacity: random.Next(1, 40));
            held[replica] = [];
        }

        void Die(int replica)
        {
            stage.Die(replica);
            held.Remove(replica);
            foreach (var key in latest.Keys.Where(key => key.Item1 == replica).ToList())
                latest.Remove(key);
        }

        void TakeOne(int replica)
        {
            if (!stage.Channels[replica].TryPop(out var descriptor))
                return;
            held[replica].Add(descriptor);
            seen.Add(descriptor.Sequence);
            var key = (replica, KeyOf(descriptor.Sequence));
            // What comes back from a dead consumer is older than what a living one had of the key before that one had it.
            if ((descriptor.Flags & DescriptorFlags.MayBeReplay) == 0)
                descriptor.Sequence.ShouldBeGreaterThan(latest.GetValueOrDefault(key));
            latest[key] = descriptor.Sequence;
        }

        void GiveOne(int replica)
        {
            if (held[replica].Count == 0)
                return;
            var which = random.Next(held[replica].Count);
            stage.GiveBack(replica, [held[replica][which]]);
            held[replica].RemoveAt(which);
        }

        void Finish(int replica)
        {
            if (!stage.Channels.ContainsKey(replica))
                Come(replica);
            while (stage.Channels[replica].HasDescriptor)
                TakeOne(replica);
            while (held[replica].Count > 0)
                GiveOne(replica);
        }

        // Plain loops: this is looked at after every step.
        void ShouldBeAtOnePlace()
        {
            places.Clear();
            foreach (var (replica, frames) in held)
                foreach (var one in frames)
                    if (places.TryAdd(KeyOf(one.Sequence), replica) is false && places[KeyOf(one.Sequence)] != replica)
                        Assert.Fail($"key {KeyOf(one.Sequence)} is at {replica} and at {places[KeyOf(one.Sequence)]}");
        }
    }

    private static bool IsInOrder(IEnumerable<FrameDescriptor> frames) =>
        frames.Zip(frames.Skip(1)).All(pair => pair.First.Sequence < pair.Second.Sequence);

    private static ulong KeyOf(ulong sequence) => sequence % Keys;
}
