using System.Net;
using K8sMediaFlow.Kubernetes.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>Health and metrics over plain HTTP. Alive means that no loop hangs; an API server that is away kills nobody.</summary>
internal static class HealthServer
{
    public static WebApplication Build(IPEndPoint address, Liveness liveness, Func<string?> unready, Metrics metrics)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address));
        var app = builder.Build();
        app.MapGet("/healthz", () => Answer(liveness.Faults()));
        app.MapGet("/readyz", () => Answer(unready() is { } why ? [why] : []));
        app.MapGet("/metrics", () => Results.Text(metrics.Page(), "text/plain; version=0.0.4; charset=utf-8"));
        return app;
    }

    private static IResult Answer(IReadOnlyList<string> faults) => faults.Count == 0
        ? Results.Text("ok\n")
        : Results.Text(string.Join('\n', faults) + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
}
