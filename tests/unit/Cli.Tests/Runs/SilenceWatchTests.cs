using K8sMediaFlow.Cli.Run.Supervision;

namespace K8sMediaFlow.Cli.Tests.Runs;

/// <summary>When a sidecar that says nothing is ended, by a clock of the test's own.</summary>
public sealed class SilenceWatchTests
{
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(20);

    private readonly SilenceWatch _watch;
    private readonly List<(int Second, SilenceFinding Finding)> _found = [];
    private int _second;
    private TimeSpan _processorWait;
    private long _now;

    public SilenceWatchTests() => _watch = new SilenceWatch(Max, () => _processorWait, () => _now);

    [Fact]
    public void A_silent_sidecar_is_spoken_of_once_and_then_ended()
    {
        Speak();
        Pass(20);
        _found.Select(one => (one.Second, one.Finding.IsOver)).ShouldBe([(11, false), (21, true)]);
        _found[0].Finding.Sentence.ShouldBe("has said nothing for 10 s; it is ended and started again after 20 s that count");
        _found[1].Finding.Sentence.ShouldBe("is ended, because it has said nothing for 20 s");
    }

    [Fact]
    public void The_first_word_may_take_three_times_as_long()
    {
        Pass(59);
        _found.ShouldHaveSingleItem().Second.ShouldBe(30);
        Pass(1);
        _found[^1].Finding.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Time_without_a_processor_does_not_count_and_that_is_said()
    {
        Speak();
        Pass(600, processorWait: 1);
        _found.ShouldBeEmpty();
        Pass(20);
        _found.Select(one => one.Finding.IsOver).ShouldBe([false, true]);
        _found[1].Finding.Sentence.ShouldBe(
            "is ended, because it has said nothing for 620 s, 600 s of which do not count because no processor was free");
    }

    [Fact]
    public void A_sidecar_that_spins_on_a_busy_machine_is_ended_in_the_end()
    {
        Speak();
        Pass(2100, processorWait: 0.99);
        _found[^1].Finding.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Who_was_stopped_itself_does_not_blame_the_sidecar()
    {
        Speak();
        _now += 3_600_000_000_000;
        Pass(7);
        _found.ShouldBeEmpty();
    }

    [Fact]
    public void A_word_begins_everything_anew()
    {
        Speak();
        Pass(19);
        Speak();
        Pass(19);
        _found.Select(one => (one.Second, one.Finding.IsOver)).ShouldBe([(11, false), (31, false)]);
    }

    private void Speak()
    {
        _watch.Answered();
        Pass(1);
    }

    private void Pass(int seconds, double processorWait = 0)
    {
        for (; seconds > 0; seconds--)
        {
            _now += 1_000_000_000;
            _second++;
            _processorWait += TimeSpan.FromSeconds(processorWait);
            if (_watch.Look() is { } finding)
                _found.Add((_second, finding));
        }
    }
}
