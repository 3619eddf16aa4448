using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace K8sMediaFlow.Control.Telemetry;

/// <summary>What a process tells collectors.</summary>
/// <param name="Service">The program, as <c>service.name</c>.</param>
/// <param name="Instance">Which of them, as <c>service.instance.id</c>.</param>
/// <param name="Meters">Names of the meters that are exported.</param>
/// <param name="Sources">Names of the activity sources that are exported.</param>
public sealed record TelemetryOptions(string Service, string Instance, IReadOnlyList<string> Meters, IReadOnlyList<string> Sources)
{
    /// <summary>How an instrument is exported; null: as it is.</summary>
    public Func<Instrument, MetricStreamConfiguration?> View { get; init; } = static _ => null;
}

/// <summary>
/// The meters of this process on the page <see cref="Page"/>, as Prometheus text; and where the environment names a receiver, meters and
/// traces over OTLP. The standard variables of OpenTelemetry hold: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its neighbours.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    /// <summary>Where metrics are read.</summary>
    public const string Page = "/metrics";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    private readonly MeterProvider _meters;
    private readonly TracerProvider? _traces;

    /// <summary>Begins to listen to the meters and, where there is a receiver, to the sources.</summary>
    /// <exception cref="InvalidDataException">A receiver's address is none: the variable is named.</exception>
    public TelemetryExport(TelemetryOptions options)
        : this(options, new ConfigurationBuilder().AddEnvironmentVariables().Build())
    {
    }

    internal TelemetryExport(TelemetryOptions options, IConfiguration variables)
    {
        var (sendsMetrics, sendsTraces) = (HasReceiver(variables, MetricsEndpoint), HasReceiver(variables, TracesEndpoint));
        _meters = Meters(options, variables, sendsMetrics);
        _traces = sendsTraces ? Traces(options, variables) : null;
    }

    /// <summary>Sends what has not been sent yet, for a few seconds at the most.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _meters.Dispose();
    }

    internal void ServePage(IApplicationBuilder application) =>
        application.UseOpenTelemetryPrometheusScrapingEndpoint(_meters, predicate: null, path: Page, configureBranchedPipeline: null,
            optionsName: null);

    private static MeterProvider Meters(TelemetryOptions options, IConfiguration variables, bool sends)
    {
        var builder = Sdk.CreateMeterProviderBuilder().ConfigureServices(services => services.AddSingleton(variables))
            .ConfigureResource(resource => Describe(resource, options)).AddMeter([.. options.Meters]).AddView(options.View);
        builder.AddPrometheusExporter(page =>
        {
            // The names and labels of the page are our users'; a collector knows by itself whose page it reads.
            (page.ScopeInfoEnabled, page.TargetInfoEnabled) = (false, false);
            page.ScrapeResponseCacheDurationMilliseconds = 0;
        });
        return (sends ? builder.AddOtlpExporter() : builder).Build();
    }

    private static TracerProvider Traces(TelemetryOptions options, IConfiguration variables) =>
        Sdk.CreateTracerProviderBuilder().ConfigureServices(services => services.AddSingleton(variables))
            .ConfigureResource(resource => Describe(resource, options))
            .AddSource([.. options.Sources]).AddOtlpExporter().Build();

    private static void Describe(ResourceBuilder resource, TelemetryOptions options) =>
        resource.AddService(options.Service, serviceInstanceId: options.Instance).AddEnvironmentVariableDetector();

    private static bool HasReceiver(IConfiguration variables, string own)
    {
        var name = variables[own] is { Length: > 0 } ? own : Endpoint;
        if (variables[name] is not { Length: > 0 } text)
            return false;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? true
            : throw new InvalidDataException($"{name}: '{text}' is no address such as http://collector:4318");
    }
}
