using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>
/// One reading for all instruments that a collector asks in a row. Collectors ask one instrument after another and say neither when they
/// begin nor when they end; what is older than <see cref="MaxAgeNs"/> is therefore read anew, with what the histograms have gained since.
/// </summary>
internal sealed class PodReadings(Func<PodReading> take, PodHistograms histograms)
{
    private const long MaxAgeNs = 20_000_000;

    private readonly Lock _gate = new();
    private PodReading? _last;
    private long _takenAtNs;

    public PodReading Now()
    {
        lock (_gate)
        {
            var now = MonotonicClock.Nanoseconds;
            if (_last is { } recent && now - _takenAtNs < MaxAgeNs)
                return recent;
            _last = take();
            histograms.Record(_last);
            // After the recording: it may take a while, and the next instrument is to get the same.
            _takenAtNs = MonotonicClock.Nanoseconds;
            return _last;
        }
    }
}
