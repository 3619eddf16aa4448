using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Control.Tests;

/// <summary>A sidecar that remembers what it was told and does what the test says.</summary>
internal sealed class ScriptedHandler : IControlHandler
{
    private int _statuses;

    public PlanVersion? CurrentPlan { get; set; }

    public List<PlanDocument> Applied { get; } = [];

    public Func<PlanDocument, CancellationToken, Task> OnApply { get; set; } = (_, _) => Task.CompletedTask;

    public Func<CancellationToken, Task> OnDrain { get; set; } = _ => Task.CompletedTask;

    /// <summary>Before each status, with its number from 1.</summary>
    public Action<int> OnStatus { get; set; } = _ => { };

    /// <summary>What it says that it speaks.</summary>
    public (int Min, int Max) Versions { get; set; } = (ControlApi.VersionMin, ControlApi.Version);

    /// <summary>What it says of its media operator.</summary>
    public MediaOperatorState State { get; set; } = MediaOperatorState.Failed;

    public ChangeSignal Changes { get; } = new();

    public Task NextChange => Changes.Next;

    public int StatusesRead => Volatile.Read(ref _statuses);

    public SidecarInfo GetInfo() => new(Versions.Min, Versions.Max, "0.1.0", "highlights-decode-0", "one", CurrentPlan);

    public async Task ApplyPlanAsync(PlanDocument plan, CancellationToken cancellation)
    {
        await OnApply(plan, cancellation);
        Applied.Add(plan);
        CurrentPlan = plan.Version;
    }

    public SidecarStatus GetStatus()
    {
        var number = Interlocked.Increment(ref _statuses);
        OnStatus(number);
        var drops = new Dictionary<string, long> { ["FrameTooLarge"] = 3 };
        var latency = new long[LatencyHistogram.BucketCount];
        latency[LatencyHistogram.BucketOf(1_000_000)] = 7;
        return new SidecarStatus(
            "highlights-decode-0", "one", CurrentPlan, false, false, number,
            [new EdgeStatus("decode.video->analyse.video", EdgeSide.Outbound, "Tcp", 7, 70, 1, 2, drops, new LatencyHistogram(latency), 5,
                9, false)
                {
                    WaitsFor = "a grant of studio",
                }],
            [new MediaOperatorReport("decode", 0, State, "two", "no such file: ü")],
            [new LinkStatus("decode.video->analyse.video", "studio", LinkDirection.Outbound, LinkState.Lost, "Tcp", 4, "no heartbeat", 11,
                2)
                {
                    WayReason = "PortDown: no cable",
                }])
        {
            Rdma = new RdmaStatus(false, "mlx5_0", "10.0.0.7", "PortDown", "no cable") { Probes = 4 },
        };
    }

    public Task DrainAsync(CancellationToken cancellation) => OnDrain(cancellation);
}
