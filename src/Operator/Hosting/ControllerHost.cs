using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Control.Telemetry;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.KubernetesRuntime.Leadership;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>
/// One process of the controller: follows the cluster, answers probes and the webhook, stands for election, and leads when elected.
/// </summary>
internal static class ControllerHost
{
    private static readonly BackOff Pauses = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));

    /// <exception cref="ConnectionException">No cluster to connect to is named.</exception>
    public static async Task RunAsync(ControllerOptions options, ILoggerFactory logging, TimeProvider time, CancellationToken end)
    {
        var logger = logging.CreateLogger("controller");
        using var client = new ApiClient(ClusterConnection.Find(options.Kubeconfig, options.Context), new()
        {
            UserAgent = "k8smediaflow-controller",
        });
        var @namespace = options.Namespace ?? client.DefaultNamespace;
        using var meter = ControllerTelemetry.NewMeter();
        using var telemetry = new TelemetryExport(ControllerTelemetry.Options(options.Identity, meter));
        var liveness = new Liveness();
        var synced = false;
        await using var health = new PlainHttpServer(options.MetricsAddress.Address, options.MetricsAddress.Port,
            HealthPages.Of(liveness, () => Volatile.Read(ref synced) ? null : "the stores are not filled yet"), telemetry);
        await health.StartAsync(end);
        var server = await CapabilitiesAsync(client, logger, end);
        logger.LogInformation("server 1.{Minor}, namespace {Namespace}, watching {Watched}", server.Minor, @namespace,
            options.WatchNamespaces.Count == 0 ? "all namespaces" : string.Join(", ", options.WatchNamespaces));

        var view = new ClusterView(client, options.WatchNamespaces, server, logging.CreateLogger("watches"));
        foreach (var heartbeat in view.Heartbeats)
            liveness.Add(heartbeat);
        var authority = new AuthorityKeeper(client, @namespace, options.Certificates, time, logger);
        foreach (var heartbeat in authority.Heartbeats)
            liveness.Add(heartbeat);
        var certificate = new ControllerCertificate(() => authority.Current, options.Certificates, DnsNames(options, @namespace), time);
        var leader = new Leader(options, client, view, authority, certificate, server, @namespace, liveness, meter, logging, time);
        await using var webhook = options.WebhookAddress is { } address
            ? WebhookServer.Build(address, () => certificate.Current?.Certificate)
            : null;
        if (webhook is not null)
            await webhook.StartAsync(end);
        _ = view.Synced.ContinueWith(_ => Volatile.Write(ref synced, true), CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default);
        await Together.RunAsync(end, view.RunAsync, authority.FollowAsync,
            over => LeadAsync(options, client, leader, @namespace, liveness, logger, over));
    }

    private static async Task LeadAsync(ControllerOptions options, ApiClient client, Leader leader, string @namespace, Liveness liveness,
        ILogger logger, CancellationToken end)
    {
        if (!options.LeaderElection)
        {
            leader.Observe(() => true);
            await LeadAloneAsync(leader, logger, end);
            return;
        }
        // A pod's name alone will not do: its container may be restarted, and the process before must not be taken for this one.
        var election = new LeaderElection(client,
            new() { Namespace = @namespace, Name = options.LeaseName, Identity = $"{options.Identity}_{Guid.NewGuid():N}" }, logger);
        liveness.Add(election.Heartbeat);
        leader.Observe(() => election.Term is { Holds: true });
        await election.RunAsync((term, cancel) => leader.LeadAsync(term, term.Transitions, cancel), end);
    }

    /// <summary>What ends a term where there are elections ends nothing here: it is begun again.</summary>
    private static async Task LeadAloneAsync(Leader leader, ILogger logger, CancellationToken end)
    {
        for (var failures = 1; !end.IsCancellationRequested; failures++)
        {
            try
            {
                await leader.LeadAsync(NoElection.Instance, 0, end);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
            }
#pragma warning disable CA1031 // As after an election: whatever it was, it is logged, and another process would come to no more.
            catch (Exception error)
#pragma warning restore CA1031
            {
                logger.LogError("leading failed: {Error}", error.Message);
                logger.LogDebug(error, "leading failed");
                await Task.Delay(Pauses.After(failures), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task<ServerCapabilities> CapabilitiesAsync(ApiClient client, ILogger logger, CancellationToken end)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return ServerCapabilities.OfMinor((await client.GetVersionAsync(end)).MinorNumber);
            }
            catch (ApiException error)
            {
                logger.LogWarning("{Error}", error.Message);
                await Task.Delay(Pauses.After(failures), end);
            }
        }
    }

    private static string[] DnsNames(ControllerOptions options, string @namespace) =>
        options.WebhookAddress is null
            ? []
            : [$"{options.WebhookService}.{@namespace}.svc", $"{options.WebhookService}.{@namespace}.svc.cluster.local"];

    /// <summary>For one process without competitors.</summary>
    private sealed class NoElection : IWriteFence
    {
        public static NoElection Instance { get; } = new();

        public CancellationToken Lost => CancellationToken.None;

        public void Demand()
        {
        }
    }
}
