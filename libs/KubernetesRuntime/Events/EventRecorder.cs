using System.Text.Json.Nodes;
using System.Threading.Channels;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.KubernetesRuntime.Events;

/// <summary>
/// Tells users what happened to an object (`kubectl describe`). Recording never waits and never fails; writing happens in
/// <see cref="RunAsync"/>. Repetitions are counted on one Event, and no object gets more than its share.
/// </summary>
public sealed class EventRecorder
{
    private const int MessageCharsMax = 1024;

    private readonly ResourceClient<CoreEvent> _events;
    private readonly string _component, _instance;
    private readonly EventAggregator _aggregator;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Occurrence> _queue;
    private long _dropped;

    /// <param name="client">Fenced, where a leader writes.</param>
    /// <param name="component">Who says it, for example k8smediaflow-controller.</param>
    /// <param name="instance">Which process of it, for example the pod's name.</param>
    public EventRecorder(ApiClient client, string component, string instance, EventOptions? options = null, TimeProvider? time = null,
        ILogger? logger = null)
    {
        options ??= new();
        (_events, _component, _instance) = (client.For(Resources.Events), component, instance);
        (_aggregator, _time, _logger) = (new(options), time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        _queue = Channel.CreateBounded<Occurrence>(new BoundedChannelOptions(options.QueueMax) { FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>Events that were not written: too many at once, or too many about one object.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Normal(ObjectReference about, string reason, string message) => Record(about, "Normal", reason, message);

    public void Warning(ObjectReference about, string reason, string message) => Record(about, "Warning", reason, message);

    /// <summary>The reference of an object that was read from the server.</summary>
    public static ObjectReference About<T>(ResourceType<T> type, T value)
        where T : class, IKubernetesObject => new()
        {
            ApiVersion = type.ApiVersion,
            Kind = type.Kind,
            Namespace = value.Metadata?.Namespace,
            Name = value.Metadata?.Name,
            Uid = value.Metadata?.Uid,
            ResourceVersion = value.Metadata?.ResourceVersion,
        };

    /// <summary>Writes until cancelled. An Event that cannot be written is logged and given up: it is news, not state.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var occurrence in _queue.Reader.ReadAllAsync(cancel))
                await WriteAsync(occurrence, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private void Record(ObjectReference about, string type, string reason, string message)
    {
        var bounded = message.Length <= MessageCharsMax ? message : message[..(MessageCharsMax - 3)] + "...";
        if (!_queue.Writer.TryWrite(new(about, type, reason, bounded, _time.GetUtcNow())))
            Interlocked.Increment(ref _dropped);
    }

    private async Task WriteAsync(Occurrence occurrence, CancellationToken cancel)
    {
        if (_aggregator.Take(occurrence) is not { } write)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }
        try
        {
            var name = write.ExistingName is null || !await CountUpAsync(occurrence, write, cancel)
                ? await CreateAsync(occurrence, write, cancel)
                : write.ExistingName;
            _aggregator.Written(write, name, occurrence.At);
        }
        catch (Exception error) when (error is ApiException or WriteRefusedException or Connection.ConnectionException)
        {
            Interlocked.Increment(ref _dropped);
            _logger.LogWarning("Event {Reason} about {Name} not written: {Error}", occurrence.Reason, occurrence.About.Name, error.Message);
        }
    }

    /// <summary>False: the Event is no longer there.</summary>
    private async Task<bool> CountUpAsync(Occurrence occurrence, EventWrite write, CancellationToken cancel)
    {
        try
        {
            var patch = new JsonObject
            {
                ["count"] = write.Count,
                ["message"] = write.Message,
                ["lastTimestamp"] = occurrence.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'",
                    System.Globalization.CultureInfo.InvariantCulture),
            };
            await _events.MergeAsync(Namespace(occurrence), write.ExistingName!, patch, cancel: cancel);
            return true;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            _aggregator.Vanished(write);
            return false;
        }
    }

    private async Task<string> CreateAsync(Occurrence occurrence, EventWrite write, CancellationToken cancel)
    {
        var name = $"{Shortened(occurrence.About.Name ?? "unnamed")}.{Guid.NewGuid():N}"[..^16];
        await _events.CreateAsync(new()
        {
            Metadata = new() { Name = name, Namespace = Namespace(occurrence) },
            InvolvedObject = occurrence.About,
            Type = occurrence.Type,
            Reason = occurrence.Reason,
            Message = write.Message,
            Count = write.Count,
            FirstTimestamp = write.First,
            LastTimestamp = occurrence.At,
            Source = new(_component),
            ReportingComponent = _component,
            ReportingInstance = _instance,
        }, cancel);
        return name;
    }

    private static string Shortened(string name) => name.Length <= 200 ? name : name[..200].TrimEnd('.', '-');

    /// <summary>Events about objects of the whole cluster live in the default namespace.</summary>
    private static string Namespace(Occurrence occurrence) => occurrence.About.Namespace is { Length: > 0 } own ? own : "default";
}
