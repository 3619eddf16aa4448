using System.Diagnostics.Metrics;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Telemetry;
using OpenTelemetry.Metrics;
using ApiTelemetry = K8sMediaFlow.KubernetesRuntime.Client.Telemetry;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>What the controller tells collectors, and under which names.</summary>
internal static class ControllerTelemetry
{
    private const string MeterName = "K8sMediaFlow.Operator";
    private const string Prefix = "k8smediaflow_controller_";

    private static readonly double[] Bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    /// <summary>For the controller's own instruments.</summary>
    public static Meter NewMeter() => new(MeterName);

    /// <param name="instance">Of this process.</param>
    /// <param name="own">The controller's instruments. Those of another one in the same process are not its own.</param>
    public static TelemetryOptions Options(string instance, Meter own) =>
        new("k8smediaflow-controller", instance, [MeterName, ApiTelemetry.MeterName],
            [ApiTelemetry.ActivitySourceName, ControlApi.ActivitySourceName])
        {
            View = instrument =>
                instrument.Meter.Name == MeterName && instrument.Meter != own ? MetricStreamConfiguration.Drop : Named(instrument),
        };

    private static MetricStreamConfiguration Named(Instrument instrument) => instrument is Histogram<double>
        ? new ExplicitBucketHistogramConfiguration { Name = Prefix + instrument.Name, Boundaries = Bounds }
        : new MetricStreamConfiguration { Name = Prefix + instrument.Name };
}
