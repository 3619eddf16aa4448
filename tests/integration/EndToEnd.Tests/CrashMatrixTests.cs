using K8sMediaFlow.Cluster.Tests.Harness;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// Real processes die, or stop for longer than a link is patient, at each step that a frame takes. The programs are a build for tests
/// that has failpoints; the published ones have none.
/// </summary>
[Trait("Category", "Slow")]
public class CrashMatrixTests
{
    private const int Frames = 500;
    private const string Variable = "K8SMEDIAFLOW_FAILPOINT", Sidecar = "k8smediaflow-sidecar", MediaOperator = "media-operator";

    // How often a step is reached before it happens: the stream is under way, and each life reaches it.
    private const int Count = 40;

    private static string Bin => Path.Combine(Programs.Root, "artifacts", "failpoints");

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
        var folder = Directory.CreateTempSubdirectory("kmf-failpoints-").FullName;
        var marks = steps.Split(' ').ToDictionary(step => Path.Combine(folder, step));
        using var run = new LocalRun
        {
            CliProgram = Path.Combine(Bin, "k8smediaflow"),
            Environment = new Dictionary<string, string> { [Variable] = string.Join('|', marks.Select(one => Order(victim, one, action))) },
        };
        run.Start(Document, "--stall-seconds", "30");
        run.AwaitExit().ShouldBe(0, run.Log);
        marks.Keys.Where(mark => !File.Exists(mark)).ShouldBeEmpty("steps that were not reached\n" + run.Log);
        var account = FrameAccount.Of(run.Folder, "sent", "seen");
        account.Lost.ShouldBe(0, account + "\n" + run.Log);
        // A consumer that died gets again what it was not done with.
        if (!victim.EndsWith("sink", StringComparison.Ordinal))
            (account.Doubled, account.Disordered).ShouldBe((0, 0), account + "\n" + run.Log);
        Counts.OfSink(run).Torn.ShouldBe(0, run.Log);
        run.Leftovers().ShouldBeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Published_programs_have_no_failpoints()
    {
        Knows(Bin).ShouldNotBeEmpty("the build for tests has none: this test sees nothing");
        Knows(Programs.Bin).ShouldBeEmpty();
    }

    private static string Order(string victim, KeyValuePair<string, string> mark, string action)
    {
        var words = victim.Split(' ');
        return string.Join(';', words[0], words.ElementAtOrDefault(1) ?? "", mark.Value, Count, action, mark.Key);
    }

    // Text is in the programs as .NET has it, in two bytes a character.
    private static IEnumerable<string> Knows(string folder) => Directory.GetFiles(folder).Where(file =>
        File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.Unicode.GetBytes(Variable)) >= 0);

    private static string Document => $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: crash}
        spec:
          execution: Streaming
          operators:
            - name: source
              image: k8smediaflow/media-operators:0.1.0
              args: [generate, --realtime, --frames, "{{{Frames}}}", --record, /media/sent]
              volumeMounts: [{name: media, mountPath: /media}]
              outputs: [{name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: "60"} } }]
            - name: analyse
              image: k8smediaflow/media-operators:0.1.0
              args: [analyse]
              inputs: [{name: video}]
              outputs: [{name: video}]
            - name: sink
              image: k8smediaflow/media-operators:0.1.0
              args: [sink, --verify, --record, /media/seen, --count-file, /media/count.json]
              volumeMounts: [{name: media, mountPath: /media}]
              inputs: [{name: video}]
          edges:
            - {from: source.video, to: analyse.video}
            - {from: analyse.video, to: sink.video}
          volumes: [{name: media, emptyDir: {}}]
        """;
}
