using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Bench.Controller;

/// <summary>
/// A thousand stored pipelines of two media operators, and a controller that starts cold: how long until every desired object exists and
/// every status is about the stored generation, how many requests that took, and how much memory. etcd and API server run beside it on the
/// same cores.
/// </summary>
internal static class ControllerBench
{
    private const int Pipelines = 1000, DesiredPerPipeline = 12, PatienceSeconds = 300;
    private const string Space = "bench";

    public static async Task<int> RunAsync(string[] words)
    {
        using var server = new ApiOnly();
        server.Start();
        using var client = new ApiClient(ClusterConnection.Find(server.Kubeconfig), new() { UserAgent = "bench" });
        await PrepareAsync(client);
        using var end = new CancellationTokenSource();
        var (pipelines, pods) = (new Informer<CustomObject>(client.For(CrdResources.MediaPipelines)),
            new Informer<Pod>(client.For(Resources.Pods)));
        var following = Task.WhenAll(pipelines.RunAsync(end.Token), pods.RunAsync(end.Token));
        await Task.WhenAll(pipelines.Synced, pods.Synced);

        var clock = Stopwatch.StartNew();
        using var controller = Start(server.Kubeconfig);
        try
        {
            while (!(pods.Store.Count >= 2 * Pipelines && pipelines.Store.All().All(IsCurrent)))
            {
                if (controller.HasExited || clock.Elapsed.TotalSeconds > PatienceSeconds)
                    throw new InvalidOperationException(
                        $"after {clock.Elapsed.TotalSeconds:0} s: {pods.Store.Count} pods, {pipelines.Store.All().Count(IsCurrent)} of {Pipelines} statuses");
                await Task.Delay(50);
            }
            var seconds = clock.Elapsed.TotalSeconds;
            var objects = await CountAsync(client);
            if (objects != DesiredPerPipeline * Pipelines)
                throw new InvalidOperationException($"{objects} objects, {DesiredPerPipeline * Pipelines} are desired");
            // What is written after the end belongs to the same start: Events trail.
            await Task.Delay(TimeSpan.FromSeconds(15));
            Statistics.Write(words, "controller.json", new(StringComparer.Ordinal)
            {
                ["pipelines"] = Pipelines,
                ["seconds"] = Math.Round(seconds, 1),
                ["desired_objects_per_pipeline"] = DesiredPerPipeline,
                ["writes_per_pipeline"] = Math.Round(server.Writes("k8smediaflow-controller", Space) / (double)Pipelines, 2),
                ["rss_mb"] = PeakResidentMegabytes(controller.Id),
                ["cpu_seconds"] = Math.Round(controller.TotalProcessorTime.TotalSeconds, 1),
                ["cores"] = Environment.ProcessorCount,
            });
            return 0;
        }
        finally
        {
            controller.Kill();
            await end.CancelAsync();
            await following;
        }
    }

    private static bool IsCurrent(CustomObject stored) =>
        PipelineStatus.Read(stored.Status)?.ObservedGeneration == stored.Metadata!.Generation;

    private static async Task PrepareAsync(ApiClient client)
    {
        while (!(await client.ServesAsync(CrdResources.MediaPipelines) && await client.ServesAsync(CrdResources.MediaOperators)))
            await Task.Delay(100);
        foreach (var name in new[] { Space, "system" })
            await client.For(Resources.Namespaces).CreateAsync(new() { Metadata = new() { Name = name } });
        // No other controller makes the service account here, and the server admits no pod without it.
        await client.For(Resources.ServiceAccounts).CreateAsync(new() { Metadata = new() { Name = "default", Namespace = Space } });
        await Parallel.ForAsync(0, Pipelines, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancel) =>
            await client.For(CrdResources.MediaPipelines)
                .ApplyAsync(Document(string.Create(CultureInfo.InvariantCulture, $"p{i:0000}")), "bench", cancel: cancel));
    }

    private static JsonObject Document(string name) => JsonNode.Parse($$"""
        {
          "apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaPipeline", "metadata": { "name": "{{name}}", "namespace": "{{Space}}" },
          "spec": {
            "operators": [
              { "name": "source", "image": "media:1", "outputs": [{ "name": "video", "caps": { "video": { "width": 1920, "height": 1080, "format": "yuv420p", "frameRate": "30" } } }] },
              { "name": "sink", "image": "media:1", "inputs": [{ "name": "video" }] }
            ],
            "edges": [{ "from": "source.video", "to": "sink.video" }]
          }
        }
        """)!.AsObject();

    private static Process Start(string kubeconfig) => Process.Start(new ProcessStartInfo("dotnet",
    [
        Path.Combine(AppContext.BaseDirectory, "k8smediaflow-controller.dll"), "--kubeconfig", kubeconfig, "--namespace", "system",
            "--sidecar-image", "sidecar:1",
        "--metrics-address", "127.0.0.1:0", "--log-level", "Warning",
    ])
    { RedirectStandardOutput = false })!;

    private static async Task<int> CountAsync(ApiClient client)
    {
        async Task<int> Of<T>(ResourceType<T> type)
            where T : class, IKubernetesObject =>
                (await client.For(type).ListAsync(Space, new(Labels: "app.kubernetes.io/managed-by=k8smediaflow"))).Items.Count;
        return await Of(CrdResources.MediaOperators) + await Of(Resources.Pods) + await Of(Resources.Secrets)
            + await Of(Resources.ConfigMaps) + await Of(Resources.Services) +
            await Of(Resources.PodDisruptionBudgets.At("v1beta1")) + await Of(Resources.NetworkPolicies);
    }

    private static long PeakResidentMegabytes(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
