using System.Collections.Concurrent;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>A running informer and all that it told; bounded in all it does.</summary>
internal class Watched<T> : IAsyncDisposable
    where T : class, IKubernetesObject
{
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(2));
    private readonly Func<T, string?>? _content;
    private readonly Task _run;

    public Watched(ResourceClient<T> client, InformerOptions options, Func<T, string?>? content = null, Action<Change<T>>? listener = null)
    {
        (Informer, _content) = (new(client, options), content);
        Informer.OnChange(change => Told.Enqueue(Word(change)));
        Informer.OnUnreadable(unreadable => Told.Enqueue($"?{unreadable.Key.Name}"));
        if (listener is not null)
            Informer.OnChange(listener);
        _run = Informer.RunAsync(_stop.Token);
    }

    public Informer<T> Informer { get; }

    /// <summary>+name made, ~name changed, -name gone, ?name unreadable; with the content, if asked for, after a colon.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public CancellationToken Bound => _stop.Token;

    public Task UntilToldAsync(params string[] words) =>
        Until.Async(() => words.All(Told.Contains), $"told: {string.Join(' ', words)}", Bound);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private string Word(Change<T> change) =>
        $"{(change.IsDeleted ? '-' : change.Before is null ? '+' : '~')}{change.Value.Metadata!.Name}"
        + (_content is null ? "" : $":{_content(change.Value)}");
}

/// <summary>The same of ConfigMaps: their content is the value under v.</summary>
internal sealed class Watched(ApiClient client, InformerOptions? options = null, Action<Change<ConfigMap>>? listener = null)
    : Watched<ConfigMap>(client.For(Resources.ConfigMaps), options ?? Quick(), map => map.Data?.GetValueOrDefault("v"), listener)
{
    public static InformerOptions Quick(TimeSpan? silence = null) => new()
    {
        BackOff = new BackOff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
        Bounds = () => new WatchBounds(TimeSpan.FromMinutes(1), silence ?? TimeSpan.FromMinutes(1)),
    };
}

internal static class Until
{
    /// <summary>Waits for what will be; fails with what it was when the bound is passed.</summary>
    public static async Task Async(Func<bool> isTrue, string what, CancellationToken bound)
    {
        while (!isTrue())
        {
            if (bound.IsCancellationRequested)
                throw new TimeoutException($"not in time: {what}");
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
