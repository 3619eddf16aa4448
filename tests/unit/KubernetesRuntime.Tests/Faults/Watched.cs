using System.Collections.Concurrent;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>A running informer of ConfigMaps and all that it told; bounded in all it does.</summary>
internal sealed class Watched : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(45));
    private readonly Task _run;

    public Watched(ApiClient client, InformerOptions? options = null, Action<Change<ConfigMap>>? listener = null)
    {
        Informer = new(client.For(Resources.ConfigMaps), options ?? Quick());
        Informer.OnChange(change => Told.Enqueue(Word(change)));
        Informer.OnUnreadable(unreadable => Told.Enqueue($"?{unreadable.Key.Name}"));
        if (listener is not null)
            Informer.OnChange(listener);
        _run = Informer.RunAsync(_stop.Token);
    }

    public Informer<ConfigMap> Informer { get; }

    /// <summary>+name made, ~name changed, -name gone, ?name unreadable; with the content after a colon.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public CancellationToken Bound => _stop.Token;

    public static InformerOptions Quick(TimeSpan? silence = null) => new()
    {
        BackOff = new BackOff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
        Bounds = () => new WatchBounds(TimeSpan.FromMinutes(1), silence ?? TimeSpan.FromMinutes(1)),
    };

    public Task UntilToldAsync(params string[] words) =>
        Until.Async(() => words.All(Told.Contains), $"told: {string.Join(' ', words)}", Bound);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private static string Word(Change<ConfigMap> change) =>
        $"{(change.IsDeleted ? '-' : change.Before is null ? '+' : '~')}{change.Value.Metadata!.Name}:{change.Value.Data?.GetValueOrDefault("v")}";
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
