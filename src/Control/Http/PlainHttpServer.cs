using System.Net;
using K8sMediaFlow.Control.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace K8sMediaFlow.Control.Http;

/// <summary>What a page says.</summary>
/// <param name="Status">HTTP status: 200, or 503 where a probe is to fail.</param>
/// <param name="Text">The body.</param>
/// <param name="ContentType">Its type.</param>
public sealed record PlainPage(int Status, string Text, string ContentType = "text/plain; charset=utf-8")
{
    /// <summary>200 with this text.</summary>
    public static PlainPage Good(string text = "ok") => new(StatusCodes.Status200OK, text + "\n");

    /// <summary>503 with the reason.</summary>
    public static PlainPage Bad(string reason) => new(StatusCodes.Status503ServiceUnavailable, reason + "\n");
}

/// <summary>
/// A few pages over HTTP/1.1 without TLS, to be read by probes and metrics collectors: they never contain a payload or a secret.
/// </summary>
public sealed class PlainHttpServer : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, Func<CancellationToken, Task<PlainPage>>> _pages;
    private readonly IReadOnlyList<string> _paths;
    private readonly KestrelHost _host;

    /// <param name="address">Where to listen.</param>
    /// <param name="port">0: any free one.</param>
    /// <param name="pages">By path. Called from several threads.</param>
    /// <param name="metrics">Has a page of its own; null: there is none.</param>
    public PlainHttpServer(IPAddress address, int port, IReadOnlyDictionary<string, Func<PlainPage>> pages, TelemetryExport? metrics = null)
        : this(address, port, pages.ToDictionary(page => page.Key, page => AtOnce(page.Value)), metrics)
    {
    }

    /// <param name="address">Where to listen.</param>
    /// <param name="port">0: any free one.</param>
    /// <param name="pages">By path, each free to wait with its answer until the caller has left. Called from several threads.</param>
    /// <param name="metrics">Has a page of its own; null: there is none.</param>
    public PlainHttpServer(IPAddress address, int port, IReadOnlyDictionary<string, Func<CancellationToken, Task<PlainPage>>> pages,
        TelemetryExport? metrics = null)
    {
        _pages = pages;
        _paths = [.. pages.Keys.Concat(metrics is null ? [] : [TelemetryExport.Page]).Order(StringComparer.Ordinal)];
        _host = new KestrelHost(kestrel => Configure(kestrel, address, port), static _ => { }, application => Build(application, metrics),
            patience: TimeSpan.FromSeconds(1));
    }

    /// <summary>The port that it listens on; known once started.</summary>
    public int Port => _host.Port;

    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellation) => _host.StartAsync(cancellation);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, IPAddress address, int port)
    {
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxConcurrentConnections = 32;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private void Build(WebApplication application, TelemetryExport? metrics)
    {
        application.Use(RefuseWritesAsync);
        metrics?.ServePage(application);
        application.Run(ServeAsync);
    }

    private static Task RefuseWritesAsync(HttpContext context, RequestDelegate next) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? next(context)
            : Write(context, new PlainPage(StatusCodes.Status405MethodNotAllowed, "GET only\n"));

    /// <summary>A page that is there when it is asked for.</summary>
    public static Func<CancellationToken, Task<PlainPage>> AtOnce(Func<PlainPage> page) => _ => Task.FromResult(page());

    private async Task ServeAsync(HttpContext context) => await Write(context,
        _pages.TryGetValue(context.Request.Path, out var page) ? await page(context.RequestAborted)
            : new PlainPage(StatusCodes.Status404NotFound, $"there is {string.Join(" ", _paths)}\n"));

    private static Task Write(HttpContext context, PlainPage page)
    {
        context.Response.StatusCode = page.Status;
        context.Response.ContentType = page.ContentType;
        var bytes = System.Text.Encoding.UTF8.GetBytes(page.Text);
        context.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes).AsTask();
    }
}
