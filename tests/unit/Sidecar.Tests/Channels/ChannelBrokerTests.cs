using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>Who is told what, in which order, while ends are born and die.</summary>
public sealed class ChannelBrokerTests : IDisposable
{
    private static readonly PortPair[] Chain = [new("a>b", "a", "b", 8), new("b>c", "b", "c", 8)];
    private readonly ChannelBroker _ports = new(Chain, NullLogger.Instance);
    private readonly List<FakeEnd> _ends = [];

    public void Dispose() => _ports.Dispose();

    [Fact]
    public void A_producer_gets_its_channel_only_after_the_consumer_has_it()
    {
        var (a, b) = (Add("a"), Add("b"));
        b.Told.ShouldBe(["map a"]);
        b.AnswerAll();
        b.Told.ShouldBe(["map a", "region 0 is a on a>b (a to b)"]);
        b.AnswerAll();
        b.Told[^1].ShouldBe("channel a>b (a to b)");
        a.Told.ShouldBeEmpty();
        b.AnswerAll();
        a.Told[0].ShouldBe("channel a>b (a to b)");
    }

    [Fact]
    public void A_region_reaches_everyone_to_whom_its_frames_may_be_passed_before_the_passer_is_told()
    {
        var (_, b, c) = (Add("a"), Add("b"), Add("c", producer: false));
        Quiesce();
        c.Told.ShouldContain("map a");
        c.Told.ShouldContain("region 1 is a on b>c (b to c)");
        b.Told.ShouldContain("region 1 is a on b>c (b to c)");
    }

    [Fact]
    public void A_producer_takes_back_what_a_dead_passer_had_only_when_its_readers_have_let_go()
    {
        var (a, b, c) = (Add("a"), Add("b"), Add("c", producer: false));
        Quiesce();
        _ports.Died(b);
        a.Told[^1].ShouldBe("peer gone on a>b (a to b)");
        c.Told[^1].ShouldBe("peer gone on b>c (b to c)");
        a.Told.ShouldNotContain("consumer gone on a>b (a to b)");
        c.LetGo();
        a.Told[^1].ShouldBe("consumer gone on a>b (a to b)");
        c.Told[^1].ShouldBe("unmap b");
        _ports.DeadLives("b").ShouldBe(0);
    }

    [Fact]
    public void A_reader_that_dies_too_has_let_go()
    {
        var (a, b, c) = (Add("a"), Add("b"), Add("c", producer: false));
        Quiesce();
        _ports.Died(b);
        _ports.Died(c);
        a.Told[^1].ShouldBe("consumer gone on a>b (a to b)");
    }

    [Fact]
    public void A_producer_that_comes_after_its_consumer_has_completed_is_told_so_once()
    {
        _ports.AddCompleted("b");
        var a = Add("a");
        Quiesce();
        a.Told.ShouldBe(["channel a>b (a to b)", "region 0 is a on a>b (a to b)", "peer gone on a>b (a to b)",
            "consumer gone on a>b (a to b)"]);
        _ports.DeadLives("b").ShouldBe(0);
        Add("b");
        Quiesce();
        a.Told[^2].ShouldBe("channel a>b (a to b)");
    }

    [Fact]
    public void A_new_life_gets_a_new_channel_that_is_marked_as_a_replacement()
    {
        Add("a");
        var b = Add("b");
        Quiesce();
        _ports.Died(b);
        var next = Add("b");
        Quiesce();
        var replacements = new List<bool>();
        _ports.Visit((_, channels) => replacements.AddRange(channels.Select(channel => channel.IsReplacement)));
        replacements.ShouldBe([true]);
        next.Told.ShouldContain("channel a>b (a to b)");
    }

    [Fact]
    public void A_channel_goes_on_over_any_number_of_lives_of_those_whose_frames_pass_through_it()
    {
        var (b, c) = (Add("b"), Add("c", producer: false));
        for (var life = 1; life <= 600; life++)
        {
            var a = Add("a");
            Quiesce();
            // One index for the passer's own region, one for the present life's.
            c.Told.ShouldContain("region 1 is a on b>c (b to c)", $"life {life}");
            b.Told.ShouldContain("region 1 is a on b>c (b to c)", $"life {life}");
            b.Told.Clear();
            c.Told.Clear();
            _ports.Died(a);
            b.LetGo();
            c.Told.ShouldBe(["unmap a"]);
            c.Told.Clear();
        }
        _ports.Visit((_, channels) => channels.Single().ToString().ShouldBe("b>c (b to c)"));
    }

    [Fact]
    public void An_index_of_which_the_consumer_was_told_is_not_given_to_another_region_before_it_has_answered()
    {
        var (b, c) = (Add("b"), Add("c", producer: false));
        Quiesce();
        var a = Add("a");
        _ports.RegionMapped(b, a.OwnRegion!);
        _ports.RegionMapped(c, a.OwnRegion!);
        c.Told[^1].ShouldBe("region 1 is a on b>c (b to c)");
        _ports.Died(a);
        b.LetGo();
        var next = Add("a");
        _ports.RegionMapped(b, next.OwnRegion!);
        _ports.RegionMapped(c, next.OwnRegion!);
        c.Told[^1].ShouldBe("region 2 is a on b>c (b to c)");
    }

    [Fact]
    public void An_end_that_dies_before_it_answered_holds_up_nobody()
    {
        var a = Add("a");
        var b = Add("b");
        _ports.Died(b);
        a.Told.ShouldBeEmpty();
        _ports.DeadLives("b").ShouldBe(0);
    }

    [Fact]
    public void Answers_out_of_turn_are_the_answering_ends_mistake()
    {
        var (a, b) = (Add("a"), Add("b"));
        Quiesce();
        Should.Throw<PortProtocolException>(() => _ports.Goodbye(b, 1)).Message.ShouldContain("living producer");
        Should.Throw<PortProtocolException>(() => _ports.ChannelReady(b, 99)).Message.ShouldContain("99");
        Should.Throw<PortProtocolException>(() => _ports.RegionMapped(a, b.OwnRegion!)).Message.ShouldContain("not offered");
    }

    [Fact]
    public void Whatever_the_order_of_births_and_deaths_the_living_end_up_connected_and_the_dead_leave_nothing()
    {
        var seed = Seed.Take(nameof(Whatever_the_order_of_births_and_deaths_the_living_end_up_connected_and_the_dead_leave_nothing));
        for (var round = 0; round < 200; round++)
            Live(new Random(seed + round));
    }

    private static void Live(Random random)
    {
        PortPair[] graph = [new("s>f", "s", "f0", 4), new("s>f", "s", "f1", 4), new("f>j", "f0", "j", 4), new("f>j", "f1", "j", 4),
            new("j>k", "j", "k", 4)];
        string[] names = ["s", "f0", "f1", "j", "k"];
        using var ports = new ChannelBroker(graph, NullLogger.Instance);
        var living = new Dictionary<string, FakeEnd>();
        for (var step = 0; step < 60; step++)
            Step(random, ports, living, names[random.Next(names.Length)]);
        foreach (var name in names.Where(name => !living.ContainsKey(name)))
            ports.Add(living[name] = new FakeEnd(name));
        Settle(living.Values);
        ports.Visit((ends, channels) =>
        {
            ends.Count.ShouldBe(names.Length);
            channels.Count.ShouldBe(graph.Length);
            channels.ShouldAllBe(channel => channel.Stage == ChannelStage.ProducerOffered
                && channel.Regions.All(entry => entry.Telling == RegionTelling.ProducerTold || entry.Region.IsGone));
        });
        foreach (var end in living.Values)
            ports.Died(end);
        ports.Visit((ends, channels) => (ends.Count + channels.Count).ShouldBe(0));
    }

    private static void Step(Random random, ChannelBroker ports, Dictionary<string, FakeEnd> living, string name)
    {
        if (!living.TryGetValue(name, out var end))
        {
            if (ports.DeadLives(name) <= 1)
                ports.Add(living[name] = new FakeEnd(name));
        }
        else if (random.Next(4) == 0)
        {
            living.Remove(name);
            ports.Died(end);
        }
        else if (random.Next(12) == 0)
            Report(random, ports, end);
        else if (random.Next(2) == 0)
            end.AnswerAll();
        else
            end.LetGo();
    }

    private static void Report(Random random, ChannelBroker ports, FakeEnd end)
    {
        ulong[] own = [];
        ports.Visit((_, channels) => own = [.. channels.Where(channel => channel.Producer == end || channel.Consumer == end)
            .Select(channel => channel.Id)]);
        if (own.Length > 0)
            ports.Violation(end, own[random.Next(own.Length)], "a claim");
    }

    private static void Settle(IEnumerable<FakeEnd> ends)
    {
        for (var round = 0; round < 100; round++)
        {
            var busy = false;
            foreach (var end in ends)
            {
                end.LetGo();
                busy |= end.AnswerAll();
            }
            if (!busy)
                return;
        }
        throw new TimeoutException("the ports never come to rest");
    }

    private FakeEnd Add(string name, bool producer = true)
    {
        var end = new FakeEnd(name, producer);
        _ends.Add(end);
        _ports.Add(end);
        return end;
    }

    private void Quiesce() => Settle(_ends.Where(end => end.IsAlive));
}
