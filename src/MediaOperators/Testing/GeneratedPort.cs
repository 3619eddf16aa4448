using System.Diagnostics;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Testing;

/// <summary>An output port that is filled with the test pattern.</summary>
/// <param name="payloadBytes">For a port whose caps fix no size.</param>
/// <param name="record">Where what was sent goes, or null.</param>
internal sealed class GeneratedPort(FrameOutput output, int payloadBytes, SequenceRecord? record)
{
    private readonly FrameClock _clock = FrameClock.Of(output.Caps);

    /// <summary>Sends so many frames, at their own pace if <paramref name="realtime"/> is set.</summary>
    public void Pump(long frames, bool realtime, CancellationToken stopping)
    {
        var stream = output.OpenStream();
        var start = Stopwatch.GetTimestamp();
        for (var index = 0L; index < frames; index++)
        {
            if (realtime)
                WaitUntil(start, _clock.TimeNs(index), stopping);
            using var loan = Loan(stopping);
            // A stream's sequences are 1, 2, 3…: the frame's own index says what sequence it will get.
            TestPattern.Fill(loan.Payload, (ulong)index + 1);
            loan.PresentationTimeNs = _clock.TimeNs(index);
            loan.DurationNs = _clock.TimeNs(index + 1) - _clock.TimeNs(index);
            loan.Send();
            record?.Add(stream, (ulong)index + 1);
        }
        output.Complete();
    }

    private FrameLoan Loan(CancellationToken stopping) =>
        output.Caps is { PayloadBytes: > 0 } ? output.Loan(stopping) : output.Loan(payloadBytes, stopping);

    private static void WaitUntil(long start, long timeNs, CancellationToken stopping)
    {
        var wait = TimeSpan.FromTicks(timeNs / TimeSpan.NanosecondsPerTick) - Stopwatch.GetElapsedTime(start);
        if (wait > TimeSpan.Zero)
            stopping.WaitHandle.WaitOne(wait);
        stopping.ThrowIfCancellationRequested();
    }
}

/// <summary>When the n-th frame of a port begins.</summary>
internal sealed record FrameClock(FrameRate Rate)
{
    // For ports whose caps say no rate.
    private static readonly FrameRate _default = new(30, 1);

    public static FrameClock Of(FrameCaps? caps) => caps switch
    {
        VideoCaps video when video.Shape().Rate.IsKnown => new(video.Shape().Rate),
        AudioCaps audio => new(new FrameRate(audio.SampleRate, audio.SamplesPerFrame)),
        _ => new(_default),
    };

    public long TimeNs(long index) => Rate.TimeNs(index);
}
