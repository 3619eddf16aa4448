using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Leadership;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Leadership;

public class LeadershipTermTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_term_ends_by_its_own_clock_and_tells_so()
    {
        using var term = Begin();
        _time.Advance(TimeSpan.FromSeconds(9));
        (term.Holds, term.Lost.IsCancellationRequested).ShouldBe((true, false));
        _time.Advance(TimeSpan.FromSeconds(2));
        term.Holds.ShouldBeFalse();
        term.Lost.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)).ShouldBeTrue();
    }

    [Fact]
    public void A_renewal_counts_from_when_it_was_sent()
    {
        using var term = Begin();
        var sent = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(8));
        term.Renew(sent).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(3));
        term.Holds.ShouldBeFalse();
    }

    [Fact]
    public void A_term_lives_as_long_as_it_is_renewed()
    {
        using var term = Begin();
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            term.Renew(_time.GetTimestamp()).ShouldBeTrue();
        }
        term.Lost.IsCancellationRequested.ShouldBeFalse();
        term.Demand();
    }

    [Fact]
    public void A_process_that_was_stopped_and_continued_may_write_nothing_though_no_timer_has_fired()
    {
        using var term = Begin();
        _time.Jump(TimeSpan.FromSeconds(11));
        Should.Throw<WriteRefusedException>(term.Demand).Message.ShouldBe("the term of leadership 7 is over: not written");
        // Nor does a renewal that succeeds now (the server has it) bring the term back.
        term.Renew(_time.GetTimestamp()).ShouldBeFalse();
        term.Holds.ShouldBeFalse();
    }

    private LeadershipTerm Begin() => new(7, _time.GetTimestamp(), TimeSpan.FromSeconds(10), _time);
}
