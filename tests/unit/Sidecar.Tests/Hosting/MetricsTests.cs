using System.Net;
using System.Text.RegularExpressions;
using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Control.Telemetry;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Hosting;
using K8sMediaFlow.Sidecar.Metrics;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>What probes and collectors read.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task The_figures_of_a_flow_are_those_of_its_frames()
    {
        const int count = 500;
        var plans = new FlowPlans();
        using var sending = new RunningPod(plans, "camera-0");
        using var receiving = new RunningPod(plans, "render-0");
        await using var camera = await sending.Attach();
        await using var render = await receiving.Attach();
        Flow(camera, render, count);
        Watchdog.Until(() => sending.Runtime.Outbound[0].Port.Ended, () => "not all is done");
        var (outbound, inbound) = (await Read(sending), await Read(receiving));
        const string edge = "edge=\"camera.video->render.video\"";
        outbound[$"k8smediaflow_edge_frames_total{{{edge},side=\"Outbound\",way=\"Tcp\"}}"].ShouldBe(count);
        inbound[$"k8smediaflow_edge_frames_total{{{edge},side=\"Inbound\",way=\"Tcp\"}}"].ShouldBe(count);
        inbound[$"k8smediaflow_edge_gaps_total{{{edge},side=\"Inbound\",way=\"Tcp\"}}"].ShouldBe(7);
        inbound.Where(one => one.Key.StartsWith("k8smediaflow_edge_drops_total", StringComparison.Ordinal)).Sum(one => one.Value)
            .ShouldBe(7);
        inbound[$"k8smediaflow_edge_latency_seconds_bucket{{{edge},side=\"Inbound\",way=\"Tcp\",le=\"+Inf\"}}"].ShouldBe(count);
        inbound[$"k8smediaflow_link_landed_seconds_count{{direction=\"Inbound\",{edge},peer=\"camera-0\"}}"].ShouldBe(count);
        // The same frame is not received before it has landed, nor given back before that.
        Mean(inbound, "edge_latency_seconds").ShouldBeGreaterThan(Mean(inbound, "link_landed_seconds"));
        inbound[$"k8smediaflow_link_held_seconds_sum{{direction=\"Inbound\",{edge},peer=\"camera-0\"}}"].ShouldBeGreaterThan(0);
        Parts(outbound, "Outbound").ShouldBe([("queue", count), ("wakeup", count)], ignoreOrder: true);
        Parts(inbound, "Inbound").ShouldBe([("processing", count), ("queue", count), ("wakeup", count)], ignoreOrder: true);
        // Every nanosecond of the way is in one part: what was spent here, and behind the link what had been spent when the frame landed.
        Sum(outbound, "edge_part_seconds", "queue", "wakeup").ShouldBe(Sum(outbound, "edge_latency_seconds"), 1e-6);
        (Sum(inbound, "link_landed_seconds") + Sum(inbound, "edge_part_seconds", "queue", "wakeup"))
            .ShouldBe(Sum(inbound, "edge_latency_seconds"), 1e-6);
        // What the sender saw before the wire is part of what the receiver saw when it landed.
        (Sum(outbound, "edge_latency_seconds") + Sum(outbound, "link_grant_wait_seconds"))
            .ShouldBeLessThanOrEqualTo(Sum(inbound, "link_landed_seconds") + 1e-6);
        outbound.Where(one => one.Key.StartsWith("k8smediaflow_link_grant_wait_seconds_count", StringComparison.Ordinal))
            .Sum(one => one.Value).ShouldBe(count);
        outbound.Where(one => one.Key.StartsWith("k8smediaflow_link_wire_seconds_count", StringComparison.Ordinal)).Sum(one => one.Value)
            .ShouldBe(count);
        outbound[$"k8smediaflow_link_losses_total{{direction=\"Outbound\",{edge},peer=\"render-0\"}}"].ShouldBe(0);
        outbound["k8smediaflow_operator_state{operator=\"camera\",replica=\"0\",state=\"Attached\"}"].ShouldBe(1);
        inbound["k8smediaflow_sidecar_plan_generation{}"].ShouldBe(1);
    }

    [Fact]
    public async Task Every_metric_is_documented_and_every_documented_one_exists()
    {
        var plans = new FlowPlans();
        using var sending = new RunningPod(plans, "camera-0");
        using var receiving = new RunningPod(plans, "render-0");
        await using var camera = await sending.Attach();
        await using var render = await receiving.Attach();
        // Of a histogram there is something to see when something was counted.
        Flow(camera, render, count: 1);
        using var source = new MemorySource(1, 1, 64);
        // A stranger, so that there is a refusal to count.
        using var stranger = new SendingPod(source, new IPEndPoint(IPAddress.Parse(plans.AddressOf("render-0")), FlowPlans.LinkPort),
            new LinkOptions(), edge: "other");
        Watchdog.Until(() => receiving.Runtime.Links.Refusals.Count > 0, () => "the stranger was not refused");
        var written = Types(await Text(sending)).Union(Types(await Text(receiving))).ToDictionary(one => one.Name, one => one.Type);
        var documented = DocumentedLine().Matches(File.ReadAllText(Documentation()))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        written.OrderBy(one => one.Key, StringComparer.Ordinal).ShouldBe(documented.OrderBy(one => one.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Readiness_follows_the_plan_and_the_media_operators()
    {
        PodRuntime? runtime = null;
        var pages = new HealthPages(() => new HealthView(runtime is not null, runtime), () => Task.CompletedTask).All;
        PlainPage Page(string path) => pages[path](CancellationToken.None).GetAwaiter().GetResult();
        (Page("/healthz").Status, Page("/startupz").Status, Page("/readyz").Status).ShouldBe((200, 503, 503));
        Page("/readyz").Text.ShouldBe("no plan yet\n");
        using var pod = new RunningPod(new FlowPlans(), "camera-0");
        runtime = pod.Runtime;
        Page("/startupz").Status.ShouldBe(200);
        Page("/readyz").ShouldBe(PlainPage.Bad("camera-0 is Waiting"));
        var camera = await pod.Attach();
        Watchdog.Until(() => Page("/readyz").Status == 200, () => Page("/readyz").Text);
        await camera.DisposeAsync();
        Watchdog.Until(() => Page("/readyz").Text == "camera-0 is Lost\n", () => Page("/readyz").Text);
    }

    [Fact]
    public async Task Who_asks_a_pod_that_starts_is_answered_when_it_is_ready()
    {
        using var pod = new RunningPod(new FlowPlans(), "camera-0");
        var changes = 0;
        var pages = new HealthPages(() => new HealthView(true, pod.Runtime), () =>
        {
            Interlocked.Increment(ref changes);
            return pod.Runtime.Registry.Changes.Next;
        }).All;
        PlainPage? first = null;
        // The answer may not wait for longer than the kubelet does: then it is asked for again, once.
        var asked = 0;
        var asking = Task.Run(async () =>
        {
            for (; first?.Status != 200; asked++)
                first = await pages["/readyz"](CancellationToken.None);
        });
        Watchdog.Until(() => Volatile.Read(ref changes) > 0, () => "it does not wait for a change");
        await using var camera = await pod.Attach();
        await asking.WaitAsync(Hang.Bound);
        asked.ShouldBeLessThan(20, "it is answered before it is ready");
        changes.ShouldBeLessThan(20 + (2 * asked), "it looks again although nothing has changed");
    }

    private static void Flow(MediaOperator camera, MediaOperator render, int count)
    {
        using var sink = new FlowingSink(render);
        for (var frame = 0; frame < count; frame++)
        {
            using var loan = camera.Outputs["video"].Loan();
            loan.Send();
        }
        camera.Outputs["video"].SendGap(7);
        camera.Outputs["video"].Complete();
        sink.AwaitEnd();
    }

    private static string Documentation() => Path.Combine(Sources.Root, "docs", "reference", "metrics.md");

    private static IEnumerable<(string Part, int Count)> Parts(Dictionary<string, double> samples, string side) =>
        samples.Where(one => one.Key.StartsWith("k8smediaflow_edge_part_seconds_count", StringComparison.Ordinal)
            && one.Key.Contains($"side=\"{side}\"", StringComparison.Ordinal))
            .Select(one => (one.Key.Split("part=\"")[1].Split('"')[0], (int)one.Value));

    private static double Sum(Dictionary<string, double> samples, string name, params string[] parts) =>
        samples.Where(one => one.Key.StartsWith($"k8smediaflow_{name}_sum", StringComparison.Ordinal)
            && (parts.Length == 0 || parts.Any(part => one.Key.Contains($"part=\"{part}\"", StringComparison.Ordinal))))
            .Sum(one => one.Value);

    private static double Mean(Dictionary<string, double> samples, string name) =>
        samples.First(one => one.Key.StartsWith($"k8smediaflow_{name}_sum", StringComparison.Ordinal))
            .Value / samples.First(one => one.Key.StartsWith($"k8smediaflow_{name}_count", StringComparison.Ordinal)).Value;

    /// <summary>The page as a collector reads it.</summary>
    private static async Task<string> Text(RunningPod pod)
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var meter = new SidecarMeter(() => PodReading.Of(PodStatus.Of(pod.Runtime.Plan.Pod, new Incarnation(1), pod.Runtime),
            pod.Runtime), name);
        using var telemetry = new TelemetryExport(new TelemetryOptions("sidecar", name, [name], []) { View = SidecarMeter.View });
        await using var server = new PlainHttpServer(IPAddress.Loopback, 0, new Dictionary<string, Func<PlainPage>>(), telemetry);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{server.Port}{TelemetryExport.Page}"));
    }

    private static async Task<Dictionary<string, double>> Read(RunningPod pod) =>
        (await Text(pod)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
        .ToDictionary(line => line[..line.LastIndexOf(' ')],
            line => double.Parse(line[line.LastIndexOf(' ')..], System.Globalization.CultureInfo.InvariantCulture));

    private static IEnumerable<(string Name, string Type)> Types(string page) =>
        TypeLine().Matches(page).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^\| `(k8smediaflow_[a-z_]+)` \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedLine();
}
