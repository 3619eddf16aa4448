using System.Net;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Control.Telemetry;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Metrics;
using K8sMediaFlow.Sidecar.Runtime;
using Microsoft.Extensions.Logging;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>One sidecar process: serves the control API, follows the plan, and goes on from the stored one after a restart.</summary>
internal sealed class SidecarHost : IControlHandler, IAsyncDisposable
{
    /// <summary>How long a sidecar that is finished waits for media operators that have completed to leave.</summary>
    private const long GoodbyesMaxNs = 10_000_000_000;

    private static readonly TimeSpan FinishedLook = TimeSpan.FromMilliseconds(200);

    private readonly SidecarOptions _options;
    private readonly Incarnation _incarnation = Incarnation.New();
    private readonly TlsIdentityFiles _identity;
    private readonly PlanStore _store;
    private readonly AttachServer _attach;
    private readonly ControlServer _control;
    private readonly PlainHttpServer? _health;
    private readonly ChangeSignal _followed = new();
    private readonly SidecarMeter _meter;
    private readonly TelemetryExport _telemetry;
    private readonly ILogger _logger;
    private volatile PodRuntime? _runtime;
    private volatile bool _isListening;

    public SidecarHost(SidecarOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _identity = new TlsIdentityFiles(options.CertificateFile, options.KeyFile, options.CaFile);
        _store = new PlanStore(options.StateDirectory);
        _attach = new AttachServer(options.SocketPath, _incarnation, options.ObserverTokenSha256, logger);
        var address = IPAddress.Parse(options.Address);
        _control = new ControlServer(new ControlServerOptions(address, options.ControlPort, () => _identity.Current), this);
        _meter = new SidecarMeter(() => PodReading.Of(GetStatus(), _runtime));
        _telemetry = new TelemetryExport(new("k8smediaflow-sidecar", options.Pod, [SidecarMeter.Name], [ControlApi.ActivitySourceName])
        {
            View = SidecarMeter.View,
        });
        if (options.HealthPort is { } port)
            _health = new PlainHttpServer(address, port,
                new HealthPages(() => new HealthView(_isListening, _runtime), () => NextChange).All, _telemetry);
    }

    public PlanVersion? CurrentPlan => _runtime?.Plan.Version;

    /// <summary>Serves until cancelled, then drains; or until everything is finished, where the options say so.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        _ = _identity.Current;
        if (_health is not null)
            await _health.StartAsync(CancellationToken.None);
        if (_store.Read() is { } stored)
            Follow(stored);
        await _control.StartAsync(CancellationToken.None);
        _isListening = true;
        _logger.LogInformation("pod {Pod}: control on {Address}:{Port}, incarnation {Incarnation}", _options.Pod, _options.Address,
            _options.ControlPort, _incarnation);
        if (await IsFinishedBefore(end))
            _logger.LogInformation("every media operator has completed and every link is drained: this pod is done");
        else
            Drain();
    }

    public SidecarInfo GetInfo() => new(
        ControlApi.VersionMin, ControlApi.Version, typeof(SidecarHost).Assembly.GetName().Version!.ToString(3), _options.Pod,
            _incarnation.ToString(), CurrentPlan);

    public Task ApplyPlanAsync(PlanDocument plan, CancellationToken cancellation)
    {
        if (!PlanJson.TryParse(plan.Json.Span, out var parsed, out var error))
            throw new ControlException(StatusCode.InvalidArgument, error);
        if (parsed.Version != plan.Version)
            throw new ControlException(StatusCode.InvalidArgument,
                $"version: the call brings plan {plan.Version}, its document says {parsed.Version}");
        if (parsed.Pod != _options.Pod)
            throw new ControlException(StatusCode.InvalidArgument, $"the plan is for pod {parsed.Pod}, this is {_options.Pod}");
        if (PlanSizes.RegionBytes(parsed) is var bytes && bytes > _options.RegionBytesMax)
            throw new ControlException(StatusCode.ResourceExhausted,
                $"the plan needs {bytes} bytes for frames, the pod's memory limit has room for {_options.RegionBytesMax}");
        if (_runtime is { } running)
            Change(running, parsed);
        else
            Follow(parsed);
        _store.Write(plan.Json.Span);
        return Task.CompletedTask;
    }

    public Task NextChange => (_runtime?.Registry.Changes ?? _followed).Next;

    public SidecarStatus GetStatus() => PodStatus.Of(_options.Pod, _incarnation, _runtime);

    public async Task DrainAsync(CancellationToken cancellation)
    {
        if (_runtime is not { } runtime)
            return;
        runtime.BeginDrain(TimeSpan.FromSeconds(_options.DrainSeconds));
        while (!await Task.Run(() => runtime.AwaitDrained(TimeSpan.FromMilliseconds(500)), CancellationToken.None))
            cancellation.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        if (_health is not null)
            await _health.DisposeAsync();
        _telemetry.Dispose();
        _meter.Dispose();
        // Attached processes first, then what reads their memory.
        _attach.Dispose();
        _runtime?.Dispose();
    }

    private async Task<bool> IsFinishedBefore(CancellationToken end)
    {
        var finishedAtNs = 0L;
        var look = _options.ExitWhenFinished ? FinishedLook : Timeout.InfiniteTimeSpan;
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(look, end)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (_runtime is not { IsForgotten: true } runtime)
                continue;
            // Who has completed waits for the word that it was kept, and would look for a sidecar that is gone.
            finishedAtNs = finishedAtNs == 0 ? MonotonicClock.Nanoseconds : finishedAtNs;
            if (!runtime.HasLivingOperators || MonotonicClock.Nanoseconds - finishedAtNs > GoodbyesMaxNs)
                return true;
        }
        return false;
    }

    private void Drain()
    {
        if (_runtime is not { } runtime)
            return;
        runtime.BeginDrain(TimeSpan.FromSeconds(_options.DrainSeconds));
        if (!runtime.AwaitDrained(TimeSpan.FromSeconds(_options.DrainSeconds)))
            _logger.LogWarning("not everything had arrived when the {Seconds} s to drain were over: upstream keeps it",
                _options.DrainSeconds);
    }

    private void Follow(SidecarPlan plan)
    {
        Try(plan, () => _runtime = new PodRuntime(_options, plan, _incarnation,
            () => new LinkCredentials(_identity.Current.Certificate, _identity.Current.Authorities), _attach, _logger));
        _followed.Raise();
        _logger.LogInformation("pod {Pod} follows plan {Version}", plan.Pod, plan.Version);
    }

    private void Change(PodRuntime running, SidecarPlan next)
    {
        if (!PlanChange.TryCompare(running.Plan, next, out var change, out var refusal))
            throw new ControlException(StatusCode.Unimplemented, $"Unsupported in a running pod: {refusal}");
        Try(next, () => running.Follow(change!));
        _logger.LogInformation("pod {Pod} follows plan {Version}", next.Pod, next.Version);
    }

    private static void Try(SidecarPlan plan, Action follow)
    {
        try
        {
            follow();
        }
        catch (Exception failed) when (failed is Staging.StagingException or Native.NativeException or System.Net.Sockets.SocketException
            or Fabric.FabricException)
        {
            throw new ControlException(StatusCode.FailedPrecondition,
                $"pod {plan.Pod} cannot follow plan {plan.Version}: {failed.Message}");
        }
    }
}
