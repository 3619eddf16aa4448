using System.Net;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using Microsoft.Extensions.Logging;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>Which sidecar, and whom its certificate must name.</summary>
internal sealed record SidecarTarget(string PodUid, string PodName, IPAddress Address, IReadOnlyCollection<string> Identities);

/// <summary>
/// Talks to one sidecar as long as its pod lives: brings it its plan, again after each restart of it, and listens to its status. Failures
/// are waited out; data flows meanwhile.
/// </summary>
internal sealed class SidecarSession : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2), Breath = TimeSpan.FromMilliseconds(100),
        RefusedAgain = TimeSpan.FromSeconds(30);
    private static readonly BackOff PausesDefault = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly ControlClient _client;
    private readonly PlanCounter _versions;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end;
    private readonly SemaphoreSlim _pushing = new(1, 1);
    private readonly Lock _lock = new();
    private readonly ChangeSignal _started = new();
    private readonly BackOff _pauses;
    private readonly Task _loop;
    private long _startedAt;
    private volatile bool _isUnderstood;
    private SidecarPlan? _drawn, _wanted;
    private byte[] _wantedBytes = [];
    private string _deliveredTo = "";
    private long _generation, _refusedAt, _deliveredAt;
    private PlanVersion? _version;
    private SidecarReport _report = SidecarReport.Unknown;

    /// <param name="target">Whom to call.</param>
    /// <param name="identity">As whom.</param>
    /// <param name="versions">Of the plans.</param>
    /// <param name="changed">Called when the report differs.</param>
    /// <param name="logger">Of plans that were brought and refused.</param>
    /// <param name="end">Of the term of leadership.</param>
    /// <param name="pauses">After calls that failed; null: 100 ms, doubling up to 5 s.</param>
    public SidecarSession(SidecarTarget target, Func<TlsIdentity> identity, PlanCounter versions, Action changed, ILogger logger,
        CancellationToken end, BackOff? pauses = null)
    {
        (Target, _versions, _changed, _logger, _pauses) = (target, versions, changed, logger, pauses ?? PausesDefault);
        _client = new(new(new IPEndPoint(target.Address, Desired.PodPaths.ControlPort), identity, target.Identities));
        _end = CancellationTokenSource.CreateLinkedTokenSource(end);
        _loop = Task.Run(() => RunAsync(_end.Token), CancellationToken.None);
    }

    public SidecarTarget Target { get; }

    public SidecarReport Report
    {
        get
        {
            lock (_lock)
                return _report;
        }
    }

    /// <summary>The plan that the sidecar should follow. Only a plan that differs in more than its version gets a new one.</summary>
    public void Want(SidecarPlan plan, long generation)
    {
        // The same drawing: a large plan is not written out again to find that out.
        if (ReferenceEquals(Volatile.Read(ref _drawn), plan))
            return;
        var bytes = PlanJson.Write(plan with { Version = default });
        lock (_lock)
        {
            _drawn = plan;
            if (_wanted is not null && bytes.AsSpan().SequenceEqual(_wantedBytes))
                return;
            _report = _report with { HasPlan = false, Refusal = "", IsFirstPlanPending = _wanted is null || _report.IsFirstPlanPending };
            (_wanted, _wantedBytes, _generation, _version, _refusedAt, _deliveredTo) = (plan, bytes, generation, null, 0, "");
        }
        _ = PushAsync(_end.Token);
    }

    /// <summary>
    /// The API server says when the pod's containers started. A sidecar that could not be reached before is called at once, and not when
    /// the pause after the last failure is over. Any thread.
    /// </summary>
    public void Started(DateTimeOffset at)
    {
        if (Interlocked.Exchange(ref _startedAt, at.UtcTicks) != at.UtcTicks)
            _started.Raise();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _client.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync(CancellationToken end)
    {
        for (var failures = 0; !end.IsCancellationRequested;)
        {
            var started = _started.Next;
            try
            {
                // A sidecar of a release whose control versions are not ours is refused in words that name both, and gets no plan.
                _isUnderstood = false;
                await _client.GetInfoAsync(end);
                _isUnderstood = true;
                await foreach (var status in _client.WatchStatusAsync(Interval, end))
                {
                    failures = 0;
                    await HearAsync(HeardStatus.Of(status), end);
                    // Who talks without a pause is not listened to without one.
                    await Task.Delay(Breath, end);
                }
            }
            catch (ControlException error)
            {
                Update(report => report with { Unreachable = error.Message, HasPlan = false });
            }
            catch (Exception) when (end.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A sidecar that says what we do not understand must not end the listening to it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _logger.LogError(error, "pod {Pod}: listening failed", Target.PodName);
            }
            await started.WaitAsync(_pauses.After(++failures), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            failures = started.IsCompleted ? 0 : failures;
        }
    }

    private async Task HearAsync(SidecarStatus status, CancellationToken end)
    {
        Update(report => report.With(status, Follows(status)));
        if (!Report.HasPlan)
            await PushAsync(end, status.Plan);
    }

    /// <summary>
    /// A status that was on its way while the plan was delivered still shows the plan before; the next one of the same life will not.
    /// </summary>
    private bool Follows(SidecarStatus status)
    {
        lock (_lock)
            return _version is { } wanted
                && (status.Plan == wanted
                || (status.Incarnation == _deliveredTo && Environment.TickCount64 - _deliveredAt < Interval.TotalMilliseconds));
    }

    private async Task PushAsync(CancellationToken end, PlanVersion? inForce = null)
    {
        try
        {
            await _pushing.WaitAsync(end);
            try
            {
                if (inForce is { } said && !_versions.Hear(said))
                    Update(report => report with
                    {
                        Refusal = $"it says that it follows plan {said}, which no controller can have given it: delete the pod",
                    });
                else if (Next(inForce) is { } plan)
                    await DeliverAsync(plan, end);
            }
            finally
            {
                _pushing.Release();
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WriteRefusedException or ObjectDisposedException)
        {
            // Another leads, or the pod is gone.
        }
    }

    /// <summary>The plan with a version, or null where there is none to bring or it was refused a moment ago.</summary>
    private SidecarPlan? Next(PlanVersion? inForce)
    {
        // Plans of one sidecar are brought one after the other.
        Invariant.That(_pushing.CurrentCount == 0);
        lock (_lock)
        {
            if (!_isUnderstood || _wanted is null || _report.HasPlan
                || (_refusedAt != 0 && Environment.TickCount64 - _refusedAt < RefusedAgain.TotalMilliseconds))
                return null;
            if (inForce is { } higher && _version is { } own && own < higher)
                _version = null;
            _version ??= _versions.Next(_generation);
            return _wanted with { Version = _version.Value };
        }
    }

    private async Task DeliverAsync(SidecarPlan plan, CancellationToken end)
    {
        try
        {
            var incarnation = await _client.ApplyPlanAsync(new(plan.Version, PlanJson.Write(plan)), end);
            _logger.LogInformation("pod {Pod} has plan {Version}", Target.PodName, plan.Version);
            lock (_lock)
                (_refusedAt, _deliveredTo, _deliveredAt) = (0, plan.Version == _version ? incarnation : "", Environment.TickCount64);
            Update(report => report with
            {
                HasPlan = plan.Version == _version,
                IsFirstPlanPending = report.IsFirstPlanPending && plan.Version != _version,
                Refusal = "",
                Unreachable = "",
            });
        }
        catch (ControlException error) when (error.Status is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            Update(report => report with { Unreachable = error.Message });
        }
        catch (ControlException error)
        {
            _logger.LogWarning("pod {Pod} does not take plan {Version}: {Error}", Target.PodName, plan.Version, error.Message);
            lock (_lock)
                _refusedAt = Environment.TickCount64;
            Update(report => report with { Refusal = error.Message, HasPlan = false });
        }
    }

    private void Update(Func<SidecarReport, SidecarReport> next)
    {
        bool differs;
        lock (_lock)
        {
            var before = _report;
            _report = next(before);
            differs = before.Signature != _report.Signature;
        }
        if (differs)
            _changed();
    }
}
