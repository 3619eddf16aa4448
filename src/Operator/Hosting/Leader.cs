using System.Diagnostics.Metrics;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Events;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Operator.Webhooks;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>What a process does while it leads: everything that writes.</summary>
internal sealed class Leader(
    ControllerOptions options, ApiClient client, ClusterView view, AuthorityKeeper authority, ControllerCertificate certificate,
        ServerCapabilities server, string @namespace,
    Liveness liveness, Meter meter, ILoggerFactory logging, TimeProvider time)
{
    private readonly WorkQueue<ObjectKey> _queue = Queue(view, options.Workers);
    private readonly ILogger _logger = logging.CreateLogger("controller");
    private SidecarSessions? _sessions;

    /// <summary>Declares the figures that can be read at any time.</summary>
    public void Observe(Func<bool> leads)
    {
        meter.CreateObservableGauge("queue_depth", () => _queue.Depth, description: "Pipelines that wait to be reconciled.");
        meter.CreateObservableGauge("queue_delayed", () => _queue.Delayed,
            description: "Pipelines that will be reconciled at a later time.");
        meter.CreateObservableGauge("leader", () => leads() ? 1 : 0, description: "1 while this process leads.");
        meter.CreateObservableGauge("pipelines", () => view.Pipelines.Store.Count, description: "Pipelines in the store.");
        meter.CreateObservableGauge("sidecar_sessions", () => _sessions?.Count ?? 0, description: "Sidecars that are listened to.");
    }

    /// <summary>Leads until cancelled.</summary>
    public async Task LeadAsync(IWriteFence fence, long transitions, CancellationToken cancel)
    {
        using var fenced = client.Fenced(fence);
        var events = new EventRecorder(fenced, "k8smediaflow-controller", options.Identity, logger: _logger);
        await authority.LeadAsync(fenced, cancel);
        await view.Synced.WaitAsync(cancel);
        await using var sessions = new SidecarSessions(() => certificate.Current!, () => new(transitions, fence, time),
            _queue.Add, logging.CreateLogger("plans"), cancel);
        _sessions = sessions;
        var reconciler = new PipelineReconciler(new(fenced, view, events,
            new(sessions) { Brings = options.PlantedFault != PlantedFault.NoPlans }, () => authority.Current, options.Certificates,
            Settings(), server, time)
        {
            Installation = options.Installation,
            Updates = new(options.SidecarMaxUnavailable, options.SidecarImage, view.Pipelines.Store.All(),
                () => view.Pipelines.Store.Count),
            Replaces = options.PlantedFault != PlantedFault.NoReplacement,
        });
        var loop = new ReconcileLoop<ObjectKey>("pipelines", _queue, reconciler.ReconcileAsync, new() { Workers = options.Workers },
            _logger);
        foreach (var heartbeat in loop.Heartbeats)
            liveness.Add(heartbeat);
        void Everything() => EnqueueAll();
        authority.Changed += Everything;
        try
        {
            EnqueueAll();
            await Together.RunAsync(cancel, loop.RunAsync, events.RunAsync, end => RegisterAsync(fenced, end),
                end => authority.KeepAsync(fenced, end));
        }
        finally
        {
            authority.Changed -= Everything;
            _sessions = null;
        }
    }

    private RenderSettings Settings() => new(options.SidecarImage, @namespace)
    {
        SidecarImagePullPolicy = options.SidecarImagePullPolicy,
        SidecarImagePullSecrets = options.SidecarImagePullSecrets,
        SidecarTelemetry = options.Telemetry,
        Drains = options.PlantedFault != PlantedFault.NoDrain,
    };

    private void EnqueueAll()
    {
        foreach (var pipeline in view.Pipelines.Store.All())
            _queue.Add(ObjectKey.Of(pipeline));
    }

    /// <summary>Keeps the webhook's configuration true to the authority.</summary>
    private async Task RegisterAsync(ApiClient fenced, CancellationToken cancel)
    {
        for (var written = ""; options is { WebhookAddress: not null, WebhookConfiguration: not null } && !cancel.IsCancellationRequested;)
        {
            try
            {
                if (authority.Current?.Bundle is { } bundle && bundle != written)
                {
                    await WebhookRegistration.ApplyAsync(fenced, options.WebhookConfiguration, bundle, cancel);
                    written = bundle;
                }
            }
#pragma warning disable CA1031 // Whatever it is, it is tried again: a webhook whose authority is not written refuses every edit.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (!cancel.IsCancellationRequested)
                    _logger.LogWarning("webhook configuration {Name}: {Error}", options.WebhookConfiguration, error.Message);
            }
            await Task.Delay(TimeSpan.FromSeconds(10), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Namespaces take turns, and none of them has all workers.</summary>
    internal static WorkQueue<ObjectKey> Queue(ClusterView view, int workers)
    {
        var queue = new WorkQueue<ObjectKey>(tenantOf: key => key.Namespace, perTenantMax: workers - 1);
        EventHandlers.Connect(view, queue);
        return queue;
    }
}
