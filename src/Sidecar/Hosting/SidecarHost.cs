using System.Net;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Grpc;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Links;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>One sidecar process: serves the control API, follows the plan, and goes on from the stored one after a restart.</summary>
internal sealed class SidecarHost : IControlHandler, IAsyncDisposable
{
    private static readonly TimeSpan DrainOnTerminate = TimeSpan.FromSeconds(10);

    private readonly SidecarOptions _options;
    private readonly Incarnation _incarnation = Incarnation.New();
    private readonly TlsIdentityFiles _identity;
    private readonly PlanStore _store;
    private readonly ControlServer _control;
    private volatile PodRuntime? _runtime;

    public SidecarHost(SidecarOptions options)
    {
        _options = options;
        _identity = new TlsIdentityFiles(options.CertificateFile, options.KeyFile, options.CaFile);
        _store = new PlanStore(options.StateDirectory);
        _control = new ControlServer(new ControlServerOptions(IPAddress.Parse(options.Address), options.ControlPort, () => _identity.Current), this);
    }

    public PlanVersion? CurrentPlan => _runtime?.Plan.Version;

    /// <summary>Serves until cancelled, then drains.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        if (_store.Read() is { } stored)
            Follow(stored);
        await _control.StartAsync(CancellationToken.None);
        Log.Write($"pod {_options.Pod}: control on {_options.Address}:{_options.ControlPort}, incarnation {_incarnation}");
        await Task.Delay(Timeout.Infinite, end).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (_runtime is { } runtime && !runtime.Drain(DrainOnTerminate))
            Log.Write("not everything had arrived when the time to drain was over");
    }

    public SidecarInfo GetInfo() => new(
        ControlApi.Version, ControlApi.Version, typeof(SidecarHost).Assembly.GetName().Version!.ToString(3), _options.Pod, _incarnation.ToString(), CurrentPlan);

    public Task ApplyPlanAsync(PlanDocument plan, CancellationToken cancellation)
    {
        if (!PlanJson.TryParse(plan.Json.Span, out var parsed, out var error))
            throw new ControlException(GrpcStatus.InvalidArgument, error);
        if (parsed.Pod != _options.Pod)
            throw new ControlException(GrpcStatus.InvalidArgument, $"the plan is for pod {parsed.Pod}, this is {_options.Pod}");
        if (_runtime is { } running && !PlanChange.IsNone(running.Plan, parsed))
            throw new ControlException(GrpcStatus.Unimplemented, "Unsupported: a running sidecar cannot yet be given another set of ports, edges or peers");
        _store.Write(plan.Json.Span);
        if (_runtime is null)
            Follow(parsed);
        return Task.CompletedTask;
    }

    public SidecarStatus GetStatus() => PodStatus.Of(_options.Pod, _incarnation, _runtime);

    public async Task DrainAsync(CancellationToken cancellation)
    {
        if (_runtime is not { } runtime)
            return;
        while (!await Task.Run(() => runtime.Drain(TimeSpan.FromMilliseconds(500)), CancellationToken.None))
            cancellation.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        _runtime?.Dispose();
    }

    private void Follow(SidecarPlan plan)
    {
        try
        {
            _runtime = new PodRuntime(_options, plan, _incarnation, () => new LinkCredentials(_identity.Current.Certificate, _identity.Current.Authorities));
        }
        catch (Exception failed) when (failed is Staging.StagingException or Native.NativeException or System.Net.Sockets.SocketException or Fabric.FabricException)
        {
            throw new ControlException(GrpcStatus.FailedPrecondition, $"pod {plan.Pod} cannot follow plan {plan.Version}: {failed.Message}");
        }
        Log.Write($"pod {plan.Pod} follows plan {plan.Version}");
    }
}
