using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.KubernetesRuntime.Objects;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.KubernetesRuntime.Informers;

/// <summary>
/// A store of one kind that follows the server, shared by all who read it or listen. Listeners are called one at a time, after the store
/// has changed; one that throws is logged and does not affect the others. They should only put keys into a queue.
/// </summary>
public sealed class Informer<T>
    where T : class, IKubernetesObject
{
    private readonly ResourceClient<T> _client;
    private readonly InformerOptions _options;
    private readonly ILogger _logger;
    private readonly Lock _turn = new();
    private readonly List<Action<Change<T>>> _listeners = [];
    private readonly List<Action<UnreadableObject>> _unreadableListeners = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _unsynced;

    public Informer(ResourceClient<T> client, InformerOptions? options = null, ILogger? logger = null)
    {
        (_client, _options, _logger) = (client, options ?? new(), logger ?? NullLogger.Instance);
        _unsynced = [.. _options.Namespaces.DefaultIfEmpty("")];
        Heartbeats = [.. _unsynced.Select(one => new Heartbeat($"watch of {client.Type.Name}{(one.Length > 0 ? " in " + one : "")}",
            _options.Time))];
    }

    public Store<T> Store { get; } = new();

    public ResourceType<T> Type => _client.Type;

    /// <summary>One per namespace watched.</summary>
    public IReadOnlyList<Heartbeat> Heartbeats { get; }

    /// <summary>Ends once the first lists have arrived: until then what is not in the store may well exist.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Before the informer runs.</summary>
    public void OnChange(Action<Change<T>> listener) => _listeners.Add(listener);

    /// <summary>Called with objects whose content does not fit the type. Before the informer runs.</summary>
    public void OnUnreadable(Action<UnreadableObject> listener) => _unreadableListeners.Add(listener);

    /// <summary>Follows the server until cancelled; failures of any kind are waited out. Run it once.</summary>
    public Task RunAsync(CancellationToken cancel) =>
        Task.WhenAll(_unsynced.ToArray().Zip(Heartbeats, (one, heartbeat) => FollowAsync(one.Length == 0 ? null : one, heartbeat, cancel)));

    private async Task FollowAsync(string? @namespace, Heartbeat heartbeat, CancellationToken cancel)
    {
        try
        {
            await new Reflector<T>(_client, @namespace, _options, heartbeat, list => Replace(@namespace, list), Apply, _logger)
                .RunAsync(cancel);
        }
        finally
        {
            heartbeat.Rest();
        }
    }

    private void Replace(string? @namespace, ObjectList<T> list)
    {
        lock (_turn)
        {
            foreach (var change in Store.Replace(@namespace, list))
                Tell(_listeners, change);
            foreach (var unreadable in list.Unreadable)
                Tell(_unreadableListeners, unreadable);
            if (_unsynced.Remove(@namespace ?? "") && _unsynced.Count == 0)
                _synced.TrySetResult();
        }
    }

    private void Apply(WatchEvent<T> happened)
    {
        lock (_turn)
        {
            if (Store.Apply(happened) is { } change)
                Tell(_listeners, change);
            else if (happened is { Unreadable: { } unreadable, Kind: not WatchKind.Deleted })
                Tell(_unreadableListeners, unreadable);
        }
    }

    private void Tell<TNews>(List<Action<TNews>> listeners, TNews news)
    {
        foreach (var listener in listeners)
        {
            try
            {
                listener(news);
            }
#pragma warning disable CA1031 // A listener's fault is not the watch's.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _logger.LogError(error, "{Resource}: a listener failed", Type.Name);
            }
        }
    }
}
