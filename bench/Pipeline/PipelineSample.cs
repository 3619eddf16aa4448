using System.Globalization;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>One run of the work.</summary>
/// <param name="WallSeconds">From the start of the first process to the end of the last.</param>
/// <param name="CpuSeconds">Of all processes.</param>
/// <param name="FirstFrameSeconds">Until the first picture reached the encoder.</param>
/// <param name="FramesPerSecond">Between the first and the last picture that reached the encoder.</param>
/// <param name="ResidentMegabytes">The most that all processes had at once, shared pages counted once; null where it was not asked.</param>
internal sealed record PipelineSample(
    double WallSeconds, double CpuSeconds, double FirstFrameSeconds, double FramesPerSecond, double? ResidentMegabytes)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{WallSeconds:0.00} s, CPU {CpuSeconds:0.0} s, first {FirstFrameSeconds * 1000:0} ms, {FramesPerSecond:0.0} fps");
}
