using System.Diagnostics.Metrics;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// The figures as instruments of the meter <c>K8sMediaFlow.Sdk</c>. All are observed: they are read when a listener collects, and cost the
/// frame path nothing.
/// </summary>
internal sealed class MediaOperatorMeter : IDisposable
{
    public const string Name = "K8sMediaFlow.Sdk";

    private readonly Meter _meter = new(Name);
    private readonly Func<MediaOperatorStatistics> _read;
    private readonly KeyValuePair<string, object?>[] _tags;

    public MediaOperatorMeter(MediaOperatorOptions options, Func<MediaOperatorStatistics> read)
    {
        _read = read;
        _tags = [new("media_operator", options.Name), new("replica", options.Replica)];
        Count("reattaches", "{attach}", "Attaches after a sidecar's death.", figures => figures.Reattaches);
        Count("copied.frames", "{frame}", "Frames copied into a new region after a sidecar's death.", figures => figures.CopiedFrames);
        Count("copied.bytes", "By", "Bytes of the copied frames.", figures => figures.CopiedBytes);
        Count("resent.frames", "{frame}", "Frames sent again after the death of a consumer or a sidecar.", figures => figures.ResentFrames);
        Count("duplicates", "{frame}", "Frames that came again and were recognised.", figures => figures.Duplicates);
        Count("lost", "{frame}", "Frames that nobody brought or explained, or that came too late.", figures => figures.Lost);
        Count("violations", "{frame}", "Frames that were refused as not sound.", figures => figures.Violations);
        Count("output.waits", "{wait}", "Loans and forwards that found no block or no room at once.", figures => figures.OutputWaits);
        Level("inputs.not_done", "Inputs that are held, or whose derived frames are not done.", figures => figures.InputsNotDone);
        Level("outputs.not_done", "Frames and notices that were sent and are not done.", figures => figures.OutputsNotDone);
    }

    public void Dispose() => _meter.Dispose();

    private void Count(string name, string unit, string description, Func<MediaOperatorStatistics, long> read) =>
        _meter.CreateObservableCounter("k8smediaflow.sdk." + name, () => new Measurement<long>(read(_read()), _tags), unit, description);

    private void Level(string name, string description, Func<MediaOperatorStatistics, long> read) =>
        _meter.CreateObservableUpDownCounter(
            "k8smediaflow.sdk." + name, () => new Measurement<long>(read(_read()), _tags), "{frame}", description);
}
