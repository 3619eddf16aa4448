namespace K8sMediaFlow.Native.Tests;

public sealed class ProcessorPressureTests
{
    [Theory]
    [InlineData("some avg10=98.55 avg60=98.80 avg300=84.06 total=597688653\nfull avg10=0.00 total=7", 597_688_653)]
    [InlineData("full avg10=0.00 avg60=0.00 avg300=0.00 total=7", 0)]
    [InlineData("some avg10=1.00 total=-1", 0)]
    [InlineData("some total=9999999999999999999999", 0)]
    [InlineData("some avg10=1.00", 0)]
    [InlineData("", 0)]
    public void The_first_line_has_the_time_and_what_is_no_such_line_has_none(string text, long microseconds) =>
        ProcessorPressure.Parse(text).ShouldBe(TimeSpan.FromMicroseconds(microseconds));

    [Fact]
    public void The_time_does_not_run_backwards()
    {
        var before = ProcessorPressure.Waited;
        ProcessorPressure.Waited.ShouldBeGreaterThanOrEqualTo(before);
    }
}
