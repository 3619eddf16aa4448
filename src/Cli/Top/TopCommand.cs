using System.CommandLine;
using System.Net;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using Spectre.Console;

namespace K8sMediaFlow.Cli.Top;

/// <summary><c>top</c>: the live table of a run that another process started.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    internal static Command Create()
    {
        var run = new Option<string?>("--run")
        {
            Description = "The run's directory or the end of its name; not needed where only one run lives.",
        };
        var seconds = new Option<int?>("--seconds") { Description = "End after so long; default: with the run." };
        seconds.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var value) && value is < 1 or > 86_400)
                result.AddError("--seconds must be between 1 and 86400");
        });
        var command = new Command("top", "Show every edge of a local run while it runs: frames, rate, latency, drops, way, blocks in use.")
        {
            run, seconds,
        };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(run), parsed.GetValue(seconds), parsed.InvocationConfiguration.Error));
        return command;
    }

    private static async Task<int> RunAsync(string? run, int? seconds, TextWriter errors)
    {
        using var signals = new StopSignals();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(signals.Interrupted);
        if (seconds is { } limit)
            stopping.CancelAfter(TimeSpan.FromSeconds(limit));
        try
        {
            await WatchAsync(RunManifest.Find(run), stopping);
            return 0;
        }
        catch (RunException error)
        {
            errors.WriteLine(error.Message);
            return 1;
        }
    }

    private static async Task WatchAsync(RunManifest run, CancellationTokenSource stopping)
    {
        var board = new EdgeBoard(run.Edges);
        var identity = TlsIdentity.Load(run.CertificateFile, run.KeyFile, run.CaFile);
        var watching = run.Pods.Select(pod => WatchPodAsync(pod, identity, board, stopping.Token)).ToList();
        var view = new ProgressView($"{run.Pipeline}: {run.Pods.Count} pods", board, () => [], AnsiConsole.Console)
            .RunAsync(stopping.Token);
        // The run removes its manifest as its last act.
        while (!stopping.IsCancellationRequested && File.Exists(run.CertificateFile))
            await Task.Delay(Interval, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopping.CancelAsync();
        await Task.WhenAll([view, .. watching]);
    }

    private static async Task WatchPodAsync(RunPod pod, TlsIdentity identity, EdgeBoard board, CancellationToken stopping)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(pod.Address), pod.ControlPort);
        using var client = new ControlClient(new ControlClientOptions(endpoint, () => identity, pod.Identities));
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var status in client.WatchStatusAsync(Interval, stopping))
                    board.Accept(status);
            }
            catch (Exception error) when (error is ControlException or OperationCanceledException)
            {
                // The sidecar is being started again, or we are to end.
                await Task.Delay(Interval, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
