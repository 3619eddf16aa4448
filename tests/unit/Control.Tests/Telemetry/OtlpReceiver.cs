using System.Collections.Concurrent;
using K8sMediaFlow.Control.Tests.Telemetry.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace K8sMediaFlow.Control.Tests.Telemetry;

/// <summary>A collector that keeps what it is sent, over HTTP.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;

    private OtlpReceiver(WebApplication application) => _application = application;

    public ConcurrentQueue<TraceRequest> Traces { get; } = [];

    public ConcurrentQueue<MetricsRequest> Metrics { get; } = [];

    public IEnumerable<Span> Spans => Traces.SelectMany(one => one.Resources).SelectMany(one => one.Scopes).SelectMany(one => one.Spans);

    /// <summary>The environment of a process that is to send here.</summary>
    public IConfiguration Variables => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _application.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    }).Build();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var receiver = new OtlpReceiver(application);
        application.Run(receiver.TakeAsync);
        await application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (context.Request.Path == "/v1/traces")
            Traces.Enqueue(TraceRequest.Parser.ParseFrom(body.ToArray()));
        else if (context.Request.Path == "/v1/metrics")
            Metrics.Enqueue(MetricsRequest.Parser.ParseFrom(body.ToArray()));
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
