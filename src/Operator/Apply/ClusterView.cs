using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Apply;

/// <summary>What the controller sees of the cluster: one store per kind, of its own objects only, and pipelines and nodes.</summary>
internal sealed class ClusterView
{
    /// <summary>Objects by the pipeline on their label: namespace/name.</summary>
    public const string ByPipeline = "pipeline";

    private readonly List<Func<CancellationToken, Task>> _runs = [];
    private readonly List<Task> _synced = [];
    private readonly List<Heartbeat> _heartbeats = [];
    private readonly ApiClient _client;
    private readonly IReadOnlyList<string> _namespaces;
    private readonly ILogger _logger;

    public ClusterView(ApiClient client, IReadOnlyList<string> namespaces, ServerCapabilities server, ILogger logger)
    {
        (_client, _namespaces, _logger) = (client, namespaces, logger);
        Pipelines = Informer(CrdResources.MediaPipelines, null);
        MediaOperators = Owned(CrdResources.MediaOperators);
        Pods = Owned(Resources.Pods);
        Secrets = Owned(Resources.Secrets);
        ConfigMaps = Owned(Resources.ConfigMaps);
        Services = Owned(Resources.Services);
        PodDisruptionBudgets = Owned(server.PodDisruptionBudgets);
        NetworkPolicies = Owned(Resources.NetworkPolicies);
        Nodes = Cluster(Resources.Nodes);
    }

    public Informer<CustomObject> Pipelines { get; }
    public Informer<MediaOperator> MediaOperators { get; }
    public Informer<Pod> Pods { get; }
    public Informer<Secret> Secrets { get; }
    public Informer<ConfigMap> ConfigMaps { get; }
    public Informer<Service> Services { get; }
    public Informer<PodDisruptionBudget> PodDisruptionBudgets { get; }
    public Informer<NetworkPolicy> NetworkPolicies { get; }
    public Informer<Node> Nodes { get; }

    public IReadOnlyList<Heartbeat> Heartbeats => _heartbeats;

    /// <summary>Ends when every store has had its first list.</summary>
    public Task Synced => Task.WhenAll(_synced);

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_runs.Select(run => run(cancel)));

    public static string Key(ObjectKey pipeline) => $"{pipeline.Namespace}/{pipeline.Name}";

    /// <summary>The pipeline on an object's label.</summary>
    public static ObjectKey? PipelineOf(IKubernetesObject thing) =>
        thing.Label(WellKnownLabels.Pipeline) is { } name ? new ObjectKey(thing.Metadata?.Namespace ?? "", name) : null;

    private Informer<T> Owned<T>(ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        var informer = Informer(type, new Selection(Labels: WellKnownLabels.Selection));
        informer.Store.AddIndex(ByPipeline, thing => PipelineOf(thing) is { } key ? [Key(key)] : []);
        return informer;
    }

    private Informer<T> Informer<T>(ResourceType<T> type, Selection? selection)
        where T : class, IKubernetesObject =>
            Add(new Informer<T>(_client.For(type), new() { Namespaces = _namespaces, Selection = selection }, _logger));

    private Informer<T> Cluster<T>(ResourceType<T> type)
        where T : class, IKubernetesObject => Add(new Informer<T>(_client.For(type), new(), _logger));

    private Informer<T> Add<T>(Informer<T> informer)
        where T : class, IKubernetesObject
    {
        _runs.Add(informer.RunAsync);
        _synced.Add(informer.Synced);
        _heartbeats.AddRange(informer.Heartbeats);
        return informer;
    }
}
