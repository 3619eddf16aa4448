using System.Diagnostics;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.Cli.Tests.Runs;

/// <summary>Frames count up as long as no file says "stalled"; media operators are as their files say.</summary>
internal sealed class FakeHandler(string pod, FakePodFolder folder) : IControlHandler
{
    private static readonly string Incarnation = Guid.NewGuid().ToString("N");
    private SidecarPlan? _plan;
    private long _frames;

    public PlanVersion? CurrentPlan => _plan?.Version;

    public SidecarInfo GetInfo() => new(1, 1, "fake", pod, Incarnation, CurrentPlan);

    public Task ApplyPlanAsync(PlanDocument plan, CancellationToken cancellation)
    {
        if (!PlanJson.TryParse(plan.Json.Span, out _plan, out var error))
            throw new ControlException(StatusCode.InvalidArgument, error);
        folder.Append("plans", plan.Version.ToString());
        return Task.CompletedTask;
    }

    public SidecarStatus GetStatus()
    {
        if (!folder.Has("stalled"))
            _frames++;
        var operators = (_plan?.Operators ?? []).Select(Operator).ToList();
        var edges = (_plan?.Edges ?? []).Select(edge => new EdgeStatus(
            edge.Name, EdgeSide.Local, "Local", _frames, _frames * 100, 0, 0, new Dictionary<string, long>(), LatencyHistogram.Empty, 3, 9,
                false));
        return new SidecarStatus(
            pod, Incarnation, CurrentPlan, false, operators.All(one => one.State == MediaOperatorState.Completed), Stopwatch.GetTimestamp(),
                [.. edges], operators, []);
    }

    public Task DrainAsync(CancellationToken cancellation)
    {
        folder.Append("drained", "yes");
        return Task.CompletedTask;
    }

    private MediaOperatorReport Operator(MediaOperatorPlan plan)
    {
        var name = $"{plan.Name}-{plan.Replica}";
        if (folder.Has(name + ".completed"))
            return new MediaOperatorReport(plan.Name, plan.Replica, MediaOperatorState.Completed, "x", "");
        return folder.Has(name + ".failed")
            ? new MediaOperatorReport(plan.Name, plan.Replica, MediaOperatorState.Failed, "x", folder.Read(name + ".failed"))
            : new MediaOperatorReport(plan.Name, plan.Replica, MediaOperatorState.Waiting, "", "");
    }
}
