using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Tests.Media;

public class FrameRateTests
{
    [Theory]
    [InlineData("30", 30, 1)]
    [InlineData("30000/1001", 30000, 1001)]
    [InlineData("29.97", 2997, 100)]
    [InlineData("0.5", 5, 10)]
    public void A_rate_is_read_exactly(string text, long numerator, long denominator)
    {
        FrameRate.TryParse(text, out var rate).ShouldBeTrue();
        rate.ShouldBe(new FrameRate(numerator, denominator));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("0/0")]
    [InlineData("-1")]
    [InlineData("30/")]
    [InlineData("30/-1")]
    [InlineData("a lot")]
    [InlineData("1/2/3")]
    [InlineData("99999999999999999999")]
    public void What_is_no_rate_is_refused(string? text) => FrameRate.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Times_do_not_drift()
    {
        var rate = new FrameRate(30000, 1001);
        const long frames = 30000 * 3600L;
        rate.TimeNs(frames).ShouldBe(1001L * 3600 * 1_000_000_000);
        rate.TimeNs(1).ShouldBe(33_366_666);
    }

    [Fact]
    public void Durations_join_the_frames_without_a_seam()
    {
        var rate = new FrameRate(24000, 1001);
        for (var index = 0L; index < 1000; index++)
            (rate.TimeNs(index) + rate.DurationNs(index)).ShouldBe(rate.TimeNs(index + 1));
    }

    [Theory]
    [InlineData("30000/1001", "29.97", true)]
    [InlineData("30", "30/1", true)]
    [InlineData("30", "60/2", true)]
    [InlineData("24", "24000/1001", false)]
    [InlineData("25", "30", false)]
    public void Rates_are_the_same_within_one_in_ten_thousand(string left, string right, bool same)
    {
        FrameRate.TryParse(left, out var first).ShouldBeTrue();
        FrameRate.TryParse(right, out var second).ShouldBeTrue();
        first.IsAlmost(second).ShouldBe(same);
        second.IsAlmost(first).ShouldBe(same);
    }
}
