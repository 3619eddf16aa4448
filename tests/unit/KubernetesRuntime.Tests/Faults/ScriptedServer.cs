using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>An HTTP server in this process that answers as a test says: for what no real API server can be asked to do wrong.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    /// <summary>Method, path and query of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = 500;
        return Task.CompletedTask;
    };

    public Uri Address { get; private set; } = null!;

    /// <param name="answer">What it says.</param>
    /// <param name="certificate">With one it speaks TLS and no HTTP without.</param>
    public static async Task<ScriptedServer> StartAsync(Func<HttpContext, Task>? answer = null, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (certificate is null)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseKestrelHttpsConfiguration()
                .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var server = new ScriptedServer(builder.Build());
        if (answer is not null)
            server.Answer = answer;
        server._app.Run(context =>
        {
            server.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            return server.Answer(context);
        });
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Urls.Single());
        return server;
    }

    public ApiClient Client(ClientOptions? options = null, ICredentialSource? credentials = null) =>
        new(new() { Server = Address, Credentials = credentials ?? new FixedCredential(new()) }, options);

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await _app.StopAsync(hurry.Token);
        }
        catch (OperationCanceledException)
        {
        }
        await _app.DisposeAsync();
    }
}

/// <summary>What the API says, in few words.</summary>
internal static class Lines
{
    public static bool IsWatch(this HttpContext context) => context.Request.Query["watch"] == "true";

    public static string From(this HttpContext context) => context.Request.Query["resourceVersion"].ToString();

    public static string Map(string name, int version, string uid = "u", string? value = null) =>
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"n","uid":"{{{uid}}}","resourceVersion":"{{{version}}}"},"data":{"v":"{{{value ?? version.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}"}}""";

    public static string List(int version, params string[] items) =>
        $$$"""{"metadata":{"resourceVersion":"{{{version}}}"},"items":[{{{string.Join(',', items)}}}]}""";

    public static string Event(string type, string content) => $$"""{"type":"{{type}}","object":{{content}}}""" + "\n";

    public static string Bookmark(int version) =>
        Event("BOOKMARK", $$$"""{"kind":"ConfigMap","metadata":{"resourceVersion":"{{{version}}}"}}""");

    public static string Status(int code, string reason) =>
        $$"""{"kind":"Status","status":"Failure","message":"said the server","reason":"{{reason}}","code":{{code}}}""";

    public static async Task SayAsync(this HttpContext context, string text)
    {
        await context.Response.WriteAsync(text, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    public static Task FailAsync(this HttpContext context, int code, string reason)
    {
        context.Response.StatusCode = code;
        return context.SayAsync(Status(code, reason));
    }

    /// <summary>Says nothing more until the client has gone.</summary>
    public static Task HangAsync(this HttpContext context) =>
        Task.Delay(TimeSpan.FromMinutes(2), context.RequestAborted)
            .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
