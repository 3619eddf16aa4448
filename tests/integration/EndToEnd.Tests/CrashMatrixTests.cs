using System.Text;
using K8sMediaFlow.Cluster.Tests.Harness;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// Real processes die, or stop for longer than a link is patient, at each step that a frame takes. The programs are a build for tests
/// that has failpoints; the published ones have none.
/// </summary>
[Trait("Category", "Slow")]
public class CrashMatrixTests
{
    private const int Frames = 300, LoadFrames = 800, Edges = 16;
    private const string Sidecar = "k8smediaflow-sidecar", MediaOperator = "media-operator";

    // How often a step is reached before it happens: the stream is under way, and each life reaches it. Where one message may be for many
    // frames, fewer come.
    private static int CountOf(string step) => step is "grant" or "acknowledge" or "acknowledged" ? 8 : 40;

    // Few steps for each run: a sidecar that dies for the sixth time in a row is given up, rightly.
    public static TheoryData<string, string, string> Matrix()
    {
        var matrix = new TheoryData<string, string, string>();
        foreach (var action in (string[])["KILL", "STOP1.5"])
        {
            matrix.Add($"{MediaOperator} generate", "loan fill send sent", action);
            matrix.Add($"{MediaOperator} analyse", "receive forward send sent return", action);
            matrix.Add($"{MediaOperator} sink", "receive return", action);
            matrix.Add(Sidecar, "receive send sent return", action);
            matrix.Add(Sidecar, "write written acknowledged", action);
            matrix.Add(Sidecar, "land grant acknowledge", action);
        }
        return matrix;
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void A_process_that_dies_or_stops_at_a_step_loses_doubles_and_tears_nothing(string victim, string steps, string action)
    {
        using var failpoints = new Failpoints();
        foreach (var step in steps.Split(' '))
            failpoints.Add(victim, step, CountOf(step), action);
        var account = Run(failpoints, RecordedChain.Document("crash", Frames, 320, 180, 60), Frames, out var log);
        account.Lost.ShouldBe(0, log);
        // A consumer that died gets again what it was not done with.
        if (!victim.EndsWith("sink", StringComparison.Ordinal))
            (account.Doubled, account.Disordered).ShouldBe((0, 0), log);
    }

    [Fact]
    public void Sixteen_edges_at_full_load_lose_and_tear_nothing_when_processes_of_each_kind_die_and_stop()
    {
        // The source dies before a sidecar can have written so much. Where both die before the source has attached again, the memory of its
        // frames is gone with them.
        using var failpoints = new Failpoints()
            .Add($"{MediaOperator} generate", "send", 200, "KILL").Add($"{MediaOperator} sink", "receive", 4000, "KILL")
            .Add(Sidecar, "written", 1000, "KILL").Add(Sidecar, "land", 3000, "KILL")
            .Add($"{MediaOperator} generate", "fill", 5000, "STOP1.5").Add($"{MediaOperator} sink", "return", 2000, "STOP1.5")
            .Add(Sidecar, "acknowledged", 60, "STOP1.5").Add(Sidecar, "grant", 60, "STOP1.5");
        var account = Run(failpoints, Crossed, Edges * LoadFrames, out var log);
        account.Lost.ShouldBe(0, log);
    }

    [Fact]
    public void Published_programs_have_no_failpoints()
    {
        Knows(Failpoints.Bin, Failpoints.Variable).ShouldNotBeEmpty("the build for tests has none: this test sees nothing");
        Knows(Programs.Bin, "K8SMEDIAFLOW_OPERATOR").ShouldNotBeEmpty("text of native programs is not found: this test sees nothing");
        Knows(Programs.Bin, Failpoints.Variable).ShouldBeEmpty();
    }

    private static FrameAccount Run(Failpoints failpoints, string document, int frames, out string log)
    {
        using var run = failpoints.NewRun();
        run.Start(document, "--stall-seconds", "60");
        run.AwaitExit().ShouldBe(0, run.Log);
        failpoints.Missing.ShouldBeEmpty("steps that were not reached\n" + run.Log);
        var account = FrameAccount.Of(run.Folder, "sent", "seen");
        log = $"{account}\n{run.Log}";
        // A source that died begins a stream of its own.
        account.Sent.ShouldBeGreaterThanOrEqualTo(frames, log);
        var sinks = Directory.GetFiles(run.Folder, "count*.json").SelectMany(Counts.OfPorts).ToList();
        sinks.ShouldNotBeEmpty(log);
        sinks.ShouldAllBe(sink => sink.Torn == 0);
        run.Leftovers().ShouldBeEmpty();
        return account;
    }

    // Text is in the programs as .NET has it, in two bytes a character; native ones may pack the last one elsewhere.
    private static IEnumerable<string> Knows(string folder, string text) => Directory.GetFiles(folder).Where(file =>
        File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.Unicode.GetBytes(text[..^1])) >= 0);

    /// <summary>Two sources with eight ports each, and two sinks that have half of each.</summary>
    private static string Crossed
    {
        get
        {
            string[] sources = ["a", "b"], sinks = ["even", "odd"];
            IEnumerable<string> Ports(string source) => Enumerable.Range(0, Edges / sources.Length).Select(number => $"{source}{number}");
            string SinkOf(string port) => sinks[(port[1] - '0') % sinks.Length];
            var ports = sources.SelectMany(Ports).ToList();
            return $$$"""
                apiVersion: k8smediaflow.io/v1alpha1
                kind: MediaPipeline
                metadata: {name: crossed}
                spec:
                  execution: Streaming
                  operators:
                {{{Lines(sources, source => $$"""
                        - name: {{source}}
                          image: k8smediaflow/media-operators:0.1.0
                          args: [generate, --frames, "{{LoadFrames}}", --record, /media/sent]
                          volumeMounts: [{name: media, mountPath: /media}]
                          outputs: [{{string.Join(", ", Ports(source).Select(Output))}}]
                    """)}}}
                {{{Lines(sinks, sink => $$"""
                        - name: {{sink}}
                          image: k8smediaflow/media-operators:0.1.0
                          args: [sink, --verify, --record, /media/seen, --count-file, /media/count-{{sink}}.json]
                          volumeMounts: [{name: media, mountPath: /media}]
                          inputs: [{{string.Join(", ", ports.Where(port => SinkOf(port) == sink).Select(port => $"{{name: {port}}}"))}}]
                    """)}}}
                  edges:
                {{{Lines(ports, port => $"    - {{from: {port[0]}.{port}, to: {SinkOf(port)}.{port}}}")}}}
                  volumes: [{name: media, emptyDir: {}}]
                """;
        }
    }

    private static string Output(string port) =>
        $"{{name: {port}, caps: {{video: {{width: 64, height: 48, format: gray, frameRate: \"25\"}}}}}}";

    private static string Lines(IEnumerable<string> names, Func<string, string> line) => string.Join('\n', names.Select(line));
}
