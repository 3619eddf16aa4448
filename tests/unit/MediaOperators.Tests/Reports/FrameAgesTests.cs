using K8sMediaFlow.MediaOperators.Reports;

namespace K8sMediaFlow.MediaOperators.Tests.Reports;

public sealed class FrameAgesTests
{
    [Fact]
    public void Of_a_hundred_ages_the_99th_percentile_is_the_second_oldest()
    {
        var ages = new FrameAges();
        for (var milliseconds = 100; milliseconds >= 1; milliseconds--)
            ages.Add(TimeSpan.FromMilliseconds(milliseconds));
        (ages.PercentileMilliseconds(0.99), ages.PercentileMilliseconds(0.5), ages.Max.TotalMilliseconds).ShouldBe((99, 50, 100));
    }

    [Fact]
    public void The_oldest_of_all_is_remembered_and_percentiles_are_of_those_that_came_last()
    {
        var ages = new FrameAges();
        ages.Add(TimeSpan.FromSeconds(1));
        for (var frame = 0; frame < 1 << 16; frame++)
            ages.Add(TimeSpan.FromMilliseconds(2));
        (ages.PercentileMilliseconds(1), ages.Max.TotalMilliseconds).ShouldBe((2, 1000));
    }

    [Fact]
    public void Without_a_frame_there_is_no_age() => new FrameAges().PercentileMilliseconds(0.99).ShouldBe(0);
}
