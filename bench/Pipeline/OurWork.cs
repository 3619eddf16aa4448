using System.Diagnostics;
using System.Net;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Cli.Top;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>
/// The sample pipeline by <c>k8smediaflow run</c>. When pictures reach the encoder is asked of the sidecars as <c>top</c> does, every 50
/// ms: the first is seen up to that much too late.
/// </summary>
internal static class OurWork
{
    private const string LastEdge = "overlay.video";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50), Look = TimeSpan.FromMilliseconds(5),
        Patience = TimeSpan.FromMinutes(2);

    public static string Program => Path.Combine(Checkout.Root, "artifacts", "bin", "k8smediaflow");

    /// <param name="clip">The input, and where the result goes.</param>
    /// <param name="weigh">Whether to ask for the memory of all processes.</param>
    /// <param name="program">The command line, with its sidecar and media operators beside it; <see cref="Program"/> unless given.</param>
    public static async Task<PipelineSample> RunAsync(Clip clip, bool weigh, string? program = null)
    {
        var runtime = Directory.CreateDirectory(Path.Combine(clip.Folder, "r")).FullName;
        var start = new ProcessStartInfo(program ?? Program, ["run", Path.Combine(Checkout.Root, "config/samples/highlights.yaml"),
            "--set", $"media={clip.Folder}", "--probe"])
        { RedirectStandardOutput = true };
        start.Environment["XDG_RUNTIME_DIR"] = runtime;
        var usage = ChildUsage.Begin();
        using var run = Process.Start(start)!;
        using var weight = weigh ? new TreeWeight(run.Id) : null;
        var passes = new Passages(usage.Started);
        using var ended = new CancellationTokenSource(Patience);
        var output = run.StandardOutput.ReadToEndAsync(ended.Token);
        var watching = WatchAsync(Path.Combine(runtime, "k8smediaflow"), passes, ended.Token);
        await run.WaitForExitAsync(ended.Token);
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"run ended with {run.ExitCode}: {await output}");
        await ended.CancelAsync();
        await watching;
        var sample = passes.Sample(usage, weight);
        clip.Check("highlights.mp4");
        return sample;
    }

    private static async Task WatchAsync(string folder, Passages passes, CancellationToken ended)
    {
        try
        {
            var manifest = await ManifestAsync(folder, ended);
            var board = new EdgeBoard(manifest.Edges);
            var identity = TlsIdentity.Load(manifest.CertificateFile, manifest.KeyFile, manifest.CaFile);
            await Task.WhenAll(manifest.Pods.Select(pod => WatchPodAsync(pod, identity, board, passes, ended)));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task<RunManifest> ManifestAsync(string folder, CancellationToken ended)
    {
        for (; ; await Task.Delay(Look, ended))
            if (RunDirectory.Living(folder) is [var run] && File.Exists(Path.Combine(run, "run.json")))
                return RunManifest.Read(run);
    }

    private static async Task WatchPodAsync(RunPod pod, TlsIdentity identity, EdgeBoard board, Passages passes, CancellationToken ended)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(pod.Address), pod.ControlPort);
        using var client = new ControlClient(new ControlClientOptions(endpoint, () => identity, pod.Identities));
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await foreach (var status in client.WatchStatusAsync(Interval, ended))
                {
                    board.Accept(status);
                    passes.Reach(board.Rows().Single(row => row.Edge.StartsWith(LastEdge, StringComparison.Ordinal)).Frames);
                }
            }
            catch (ControlException)
            {
                // Not there yet, or no more.
                await Task.Delay(Look, ended);
            }
        }
    }
}
