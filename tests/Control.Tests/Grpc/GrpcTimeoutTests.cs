using K8sMediaFlow.Control.Grpc;

namespace K8sMediaFlow.Control.Tests.Grpc;

public class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 3_600_000)]
    [InlineData("2M", 120_000)]
    [InlineData("3S", 3_000)]
    [InlineData("4m", 4)]
    [InlineData("5000u", 5)]
    [InlineData("6000000n", 6)]
    public void A_timeout_has_a_unit(string text, double milliseconds)
    {
        GrpcTimeout.TryParse(text, out var timeout).ShouldBeTrue();
        timeout.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    [InlineData("1x")]
    public void A_malformed_timeout_is_refused(string text) => GrpcTimeout.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void The_longest_timeout_still_fits_a_timer()
    {
        GrpcTimeout.TryParse("99999999H", out var timeout).ShouldBeTrue();
        using var _ = new CancellationTokenSource(timeout);
    }

    [Fact]
    public void A_formatted_timeout_reads_back()
    {
        GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.FromMilliseconds(1500)), out var timeout).ShouldBeTrue();
        timeout.ShouldBe(TimeSpan.FromMilliseconds(1500));
        GrpcTimeout.Format(TimeSpan.FromDays(40)).ShouldBe("3456000S");
    }
}
