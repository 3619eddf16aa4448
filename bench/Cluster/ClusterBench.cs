using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Bench.Cluster;

/// <summary>
/// Thirty pipelines of two media operators on a real cluster of two nodes, all applied at once: how long until each is Ready, how long a
/// pod takes from its containers' start to Ready, and what the start of a sidecar costs. Writes cluster.json.
/// </summary>
internal static class ClusterBench
{
    private const int PipelinesDefault = 30;
    private const string Space = "default";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public static int Run(string[] words)
    {
        if (!ImageArchives.ArePresent)
        {
            Console.Error.WriteLine("bench cluster: artifacts/images is missing: make images");
            return 1;
        }
        var pipelines = words is [.., "--pipelines", var given] ? int.Parse(given, CultureInfo.InvariantCulture) : PipelinesDefault;
        using var cluster = TestKit.Clusters.Cluster.Start(["--nodes", "2", "--proxy",
            .. ImageArchives.Paths.SelectMany(archive => new[] { "--image", archive })]);
        var kubectl = new Kubectl(cluster.Kubeconfig);
        new Helm(cluster.Kubeconfig).Install();
        var report = new SortedDictionary<string, object?>(StringComparer.Ordinal) { ["pipelines"] = pipelines };
        // The first one is alone, and after it every node has read the images.
        Remove(kubectl, Measure(kubectl, "first", 1, report));
        Remove(kubectl, Measure(kubectl, "alone", 1, report));
        Measure(kubectl, "all", pipelines, report);
        Statistics.Write(words is ["--out", var folder, ..] ? ["--out", folder] : [], "cluster.json", report);
        return 0;
    }

    private static List<string> Measure(Kubectl kubectl, string what, int count, SortedDictionary<string, object?> report)
    {
        var names = Enumerable.Range(0, count).Select(number => $"{what}{number}").ToList();
        var earlier = Sidecars().Select(one => one.Id).ToHashSet();
        var clock = Stopwatch.StartNew();
        kubectl.Apply(string.Join("\n---\n", names.Select(Document)));
        var ready = Wait(kubectl, names, clock);
        report[$"{what}_ready_s"] = Math.Round(ready.Max(), 1);
        report[$"{what}_ready_s_p50"] = Math.Round(Statistics.Median(ready), 1);
        report[$"{what}_pod_ready_after_start_s"] = PodLags(kubectl, names);
        // Frames flow at one a second: what the sidecars have used is their start.
        var cpu = Sidecars().Where(one => !earlier.Contains(one.Id)).Select(one => one.Milliseconds).ToList();
        report[$"{what}_sidecar_cpu_ms"] = Statistics.Median(cpu);
        report[$"{what}_sidecar_cpu_ms_max"] = cpu.Max();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {count} Ready after {ready.Max():0.0} s"));
        return names;
    }

    private static void Remove(Kubectl kubectl, List<string> names)
    {
        kubectl.RunLong(Hang.LongBound, ["delete", "mediapipeline", "--wait=false", "-n", Space, .. names]);
        while (kubectl.Get("pod", null, Space).GetProperty("items").GetArrayLength() > 0)
            Thread.Sleep(Look);
    }

    private static List<double> Wait(Kubectl kubectl, List<string> names, Stopwatch clock)
    {
        var ready = new Dictionary<string, double>();
        while (ready.Count < names.Count)
        {
            if (clock.Elapsed > Hang.LongBound)
                throw new TimeoutException($"{ready.Count} of {names.Count} pipelines are Ready");
            foreach (var one in kubectl.Get("mediapipeline", null, Space).GetProperty("items").EnumerateArray().Where(IsReady))
                if (names.Contains(Name(one)) && ready.TryAdd(Name(one), clock.Elapsed.TotalSeconds))
                    Console.Error.WriteLine($"{Name(one)}: {clock.Elapsed}");
            Thread.Sleep(Look);
        }
        return [.. ready.Values];
    }

    /// <summary>By pod, in the whole seconds that a kubelet notes; sorted.</summary>
    private static double[] PodLags(Kubectl kubectl, List<string> names) =>
        [.. kubectl.Get("pod", null, Space).GetProperty("items").EnumerateArray()
            .Where(pod => names.Any(name => Name(pod).StartsWith(name + "-", StringComparison.Ordinal))).Select(Lag).Order()];

    private static double Lag(JsonElement pod)
    {
        var status = pod.GetProperty("status");
        var started = status.GetProperty("containerStatuses").EnumerateArray()
            .Max(one => one.GetProperty("state").GetProperty("running").GetProperty("startedAt").GetDateTimeOffset());
        var ready = status.GetProperty("conditions").EnumerateArray().First(one => one.GetProperty("type").GetString() == "Ready")
            .GetProperty("lastTransitionTime").GetDateTimeOffset();
        return (ready - started).TotalSeconds;
    }

    private static bool IsReady(JsonElement pipeline) => pipeline.TryGetProperty("status", out var status)
        && status.TryGetProperty("conditions", out var conditions) && conditions.EnumerateArray().Any(one =>
            one.GetProperty("type").GetString() == "Ready" && one.GetProperty("status").GetString() == "True");

    private static string Name(JsonElement one) => one.GetProperty("metadata").GetProperty("name").GetString()!;

    private static IEnumerable<(int Id, double Milliseconds)> Sidecars()
    {
        foreach (var process in Process.GetProcesses().Where(one => one.ProcessName == "k8smediaflow-sidecar"))
            using (process)
                yield return (process.Id, process.TotalProcessorTime.TotalMilliseconds);
    }

    // By default a sidecar asks for a tenth of a processor: two nodes of two have none left after forty pods.
    private static string Document(string name) => $$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: {{name}}, namespace: {{Space}}}
        spec:
          sidecar: {resources: {requests: {cpu: 10m} } }
          operators:
            - name: source
              image: {{Documents.Operators}}
              args: [generate, --realtime]
              outputs: [{name: video, caps: {video: {width: 64, height: 48, format: gray, frameRate: "1"} } }]
            - {name: sink, image: {{Documents.Operators}}, args: [sink], inputs: [{name: video}]}
          edges: [{from: source.video, to: sink.video}]
        """;
}
