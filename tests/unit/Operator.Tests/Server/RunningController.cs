using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Hosting;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>The controller as the program runs it, in this process.</summary>
internal sealed class RunningController : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ILoggerFactory _logging = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Warning)
        .AddSimpleConsole());
    private readonly Task _run;
    private int _ended;

    public RunningController(string kubeconfig, string @namespace, Func<ControllerOptions, ControllerOptions>? change = null,
        TimeProvider? time = null)
    {
        var options = new ControllerOptions
        {
            Namespace = @namespace,
            WatchNamespaces = [@namespace],
            SidecarImage = "registry.example/sidecar:1",
            Kubeconfig = kubeconfig,
            MetricsAddress = new(IPAddress.Loopback, FreePort()),
            Identity = "test",
            Certificates = CertificateTimes.Default,
        };
        Options = change?.Invoke(options) ?? options;
        _run = Task.Run(() => ControllerHost.RunAsync(Options, _logging, time ?? TimeProvider.System, _end.Token));
    }

    public ControllerOptions Options { get; }

    /// <summary>Of the process's own pages: healthz, readyz, metrics; empty before it serves them.</summary>
    public async Task<string> PageAsync(string path)
    {
        using var http = new HttpClient();
        try
        {
            return await http.GetStringAsync(new Uri($"http://{Options.MetricsAddress}/{path}"));
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        await _end.CancelAsync();
        await _run.ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Hang.Bound);
        _logging.Dispose();
        _end.Dispose();
    }
}
