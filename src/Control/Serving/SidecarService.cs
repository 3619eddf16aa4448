using Grpc.Core;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Control.Wire;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Control.Serving;

/// <summary>The calls of <c>sidecar.proto</c>, as values to the handler.</summary>
internal sealed class SidecarService(IControlHandler handler) : Wire.Sidecar.SidecarBase, IDisposable
{
    private readonly SemaphoreSlim _applying = new(1, 1);

    public override Task<GetInfoResponse> GetInfo(GetInfoRequest request, ServerCallContext context)
    {
        var info = handler.GetInfo();
        return Task.FromResult(new GetInfoResponse
        {
            ControlVersionMin = (uint)info.ControlVersionMin,
            ControlVersionMax = (uint)info.ControlVersionMax,
            SoftwareVersion = info.SoftwareVersion,
            Pod = info.Pod,
            Incarnation = info.Incarnation,
            Plan = StatusConversion.ToWire(info.Plan),
        });
    }

    public override async Task<ApplyPlanResponse> ApplyPlan(ApplyPlanRequest request, ServerCallContext context)
    {
        var version = StatusConversion.FromWire(request.Version)
            ?? throw new ControlException(StatusCode.InvalidArgument, "the plan has no version");
        await _applying.WaitAsync(context.CancellationToken);
        try
        {
            if (handler.CurrentPlan is { } current && version < current)
                throw new ControlException(StatusCode.FailedPrecondition,
                    $"plan {version} is lower than plan {current}, which is in force");
            await handler.ApplyPlanAsync(new PlanDocument(version, request.PlanJson.Memory), context.CancellationToken);
        }
        finally
        {
            _applying.Release();
        }

        var info = handler.GetInfo();
        return new ApplyPlanResponse { Version = StatusConversion.ToWire(info.Plan), Incarnation = info.Incarnation };
    }

    public override async Task WatchStatus(WatchStatusRequest request, IServerStreamWriter<Wire.Status> responseStream,
        ServerCallContext context)
    {
        var interval = Bounded(request.IntervalMilliseconds, ControlApi.IntervalMin, ControlApi.IntervalMax, ControlApi.IntervalDefault,
            "interval");
        while (true)
        {
            var change = handler.NextChange;
            var status = handler.GetStatus();
            await responseStream.WriteAsync(StatusConversion.ToWire(status), context.CancellationToken);
            // However much changes, a caller is told no more often than it may ask to be.
            await Task.Delay(ControlApi.IntervalMin, context.CancellationToken);
            if (!IsFinishing(status))
                await ChangeSignal.WaitAsync(change, interval - ControlApi.IntervalMin, context.CancellationToken);
        }
    }

    /// <summary>Only what is on its way is left: that is over at any moment, and callers wait for it.</summary>
    private static bool IsFinishing(SidecarStatus status) => !status.Finished && status.Operators.Count > 0
        && status.Operators.All(one => one.State == Control.Status.MediaOperatorState.Completed);

    public override async Task<DrainResponse> Drain(DrainRequest request, ServerCallContext context)
    {
        var limit = Bounded(request.DeadlineMilliseconds, TimeSpan.FromMilliseconds(1), ControlApi.DrainMax, ControlApi.DrainDefault,
            "deadline");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            await handler.DrainAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw new ControlException(StatusCode.DeadlineExceeded, $"not drained within {limit.TotalMilliseconds:0} ms");
        }

        return new DrainResponse();
    }

    public void Dispose() => _applying.Dispose();

    private static TimeSpan Bounded(uint milliseconds, TimeSpan min, TimeSpan max, TimeSpan fallback, string name)
    {
        if (milliseconds == 0)
            return fallback;
        var value = TimeSpan.FromMilliseconds(milliseconds);
        return value >= min && value <= max
            ? value
            : throw new ControlException(
                StatusCode.InvalidArgument,
                    $"{name} {milliseconds} ms is not within {min.TotalMilliseconds:0}..{max.TotalMilliseconds:0} ms");
    }
}
