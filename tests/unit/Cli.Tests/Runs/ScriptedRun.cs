using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Cli.Run.Supervision;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Tests.Runs;

/// <summary>A run of two shell scripts, source and sink, in one pod with a fake sidecar. Checks at its end that nothing is left.</summary>
internal sealed class ScriptedRun : IDisposable
{
    /// <summary>What a script says to the fake sidecar when it has done its work.</summary>
    public const string Complete = "touch $POD/$K8SMEDIAFLOW_OPERATOR-$K8SMEDIAFLOW_REPLICA.completed";

    private readonly string _base = Directory.CreateTempSubdirectory("kmf-").FullName;
    private readonly CancellationTokenSource _watchdog = new(TimeSpan.FromSeconds(90));
    private readonly CancellationTokenSource _interrupted = new();
    private readonly RunDirectory _directory;
    private readonly LocalRun _run;

    public ScriptedRun(string source, string sink, Execution execution = Execution.Batch, TimeSpan? stallAfter = null,
        TimeSpan? silenceMax = null)
    {
        Environment.SetEnvironmentVariable(LocalPrograms.SidecarVariable, ProgramPath);
        _directory = RunDirectory.Create(_base);
        var spec = RunPreparation.Prepare(Graph(source, sink, execution), _directory.Path, stallAfter);
        _run = new LocalRun(new RunState(silenceMax is { } max ? spec with { SilenceMax = max } : spec));
    }

    /// <summary>This test assembly as a program.</summary>
    public static string ProgramPath { get; } = Path.Combine(AppContext.BaseDirectory, "K8sMediaFlow.Cli.Tests");

    public string BaseFolder => _base;

    public RunState State => _run.State;

    /// <summary>The pod's folder, where scripts and fake sidecar leave their notes.</summary>
    public FakePodFolder Pod => new(PodPath);

    public string PodPath => Path.Combine(_directory.Path, "0");

    public static string Yaml(string source, string sink) => $$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: scripted}
        spec:
          execution: Batch
          operators:
            - name: source
              image: example/source
              command: [/bin/sh, -c, '{{Prologue}}{{source}}']
              outputs: [{name: video, caps: {video: {width: 64, height: 64, format: gray, frameRate: "30"} } }]
            - name: sink
              image: example/sink
              command: [/bin/sh, -c, '{{Prologue}}{{sink}}']
              inputs: [{name: video}]
          edges: [{from: source.video, to: sink.video}]
          groups: [{name: both, mode: SamePod, operators: [source, sink]}]
        """;

    private static string Prologue => "POD=$(dirname $K8SMEDIAFLOW_SOCKET); ";

    public void Interrupt() => _interrupted.Cancel();

    public Task<RunOutcome> RunAsync() => _run.RunAsync(_interrupted.Token, CancellationToken.None).WaitAsync(_watchdog.Token);

    public void Dispose()
    {
        var left = _directory.Path;
        _run.Dispose();
        _directory.Dispose();
        Directory.Exists(left).ShouldBeFalse();
        OrphanSweep.Find(left).ShouldBeEmpty();
        Directory.Delete(_base, recursive: true);
        _watchdog.Dispose();
        _interrupted.Dispose();
    }

    private static PipelineGraph Graph(string source, string sink, Execution execution) => new()
    {
        Name = "scripted",
        Execution = execution,
        Operators =
        [
            Script("source", source) with
            {
                Outputs = [new OutputPort("video", new MediaCaps(Video: new VideoCaps(64, 64, "gray", new Rational(30, 1))))],
            },
            Script("sink", sink) with { Inputs = [new InputPort("video")] },
        ],
        Edges = [new GraphEdge(new PortRef("source", "video"), new PortRef("sink", "video"))],
        Groups = [new MediaOperatorGroup("both", GroupMode.SamePod, ["source", "sink"])],
    };

    private static MediaOperatorNode Script(string name, string script) => new()
    {
        Name = name,
        Image = "example/" + name,
        Command = ["/bin/sh", "-c", Prologue + script],
    };
}
