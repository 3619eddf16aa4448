using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using K8sMediaFlow.KubernetesRuntime.Client;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>
/// What all clients of this process count about one resource while this exists. Other tests run beside: take a resource of one's own.
/// </summary>
internal sealed class Counted : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public Counted(string resource)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var words = tags.ToArray().ToDictionary(tag => tag.Key, tag => $"{tag.Value}");
            if (words.GetValueOrDefault("resource") == resource)
                _sums.AddOrUpdate(Name(instrument, words), value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    /// <summary>By instrument, verb or cause, and code: api_requests list 200, watch_restarts gone, watch_lists.</summary>
    public IReadOnlyDictionary<string, long> All => _sums;

    public long this[string what] => _sums.GetValueOrDefault(what);

    public void Dispose() => _listener.Dispose();

    private static string Name(Instrument instrument, Dictionary<string, string> words)
    {
        var which = $"{words.GetValueOrDefault("verb")}{words.GetValueOrDefault("cause")}";
        return $"{instrument.Name} {which} {words.GetValueOrDefault("code")}".TrimEnd();
    }
}
