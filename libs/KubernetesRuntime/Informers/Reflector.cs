using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.KubernetesRuntime.Objects;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.KubernetesRuntime.Informers;

/// <summary>
/// Keeps one namespace (null: all) of a store true to the server: list, then watch from there, for ever. An ended watch goes on from the
/// last version heard of, bookmarks included; a version that is no longer kept, silence and any unforeseen error begin again with a list.
/// Only cancellation ends it.
/// </summary>
internal sealed class Reflector<T>(
    ResourceClient<T> client, string? @namespace, InformerOptions options, Heartbeat heartbeat, Action<ObjectList<T>> replace,
        Action<WatchEvent<T>> apply, ILogger logger)
    where T : class, IKubernetesObject
{
    /// <summary>A watch that lived this long was a good one: the next failure is a first one again.</summary>
    private static readonly TimeSpan GoodLife = TimeSpan.FromSeconds(5);

    private string? _version;
    private int _failures;

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var began = options.Time.GetTimestamp();
            var cause = await TurnAsync(cancel);
            if (cancel.IsCancellationRequested)
                return;
            var lived = options.Time.GetElapsedTime(began) >= GoodLife;
            Telemetry.WatchRestart(client.Type.Name, cause);
            _failures = lived ? 0 : _failures + 1;
            // A watch that ended in its time is opened again at once; everything else waits, or a server in trouble would get a storm.
            if (!(lived && cause == Ended))
                await PauseAsync(options.BackOff.After(Math.Max(1, _failures)), cancel);
        }
    }

    private const string Ended = "ended";

    /// <summary>One list, if one is due, and one watch; says why it is over.</summary>
    private async Task<string> TurnAsync(CancellationToken cancel)
    {
        try
        {
            _version ??= await ListAsync(cancel);
            await WatchAsync(_version, cancel);
            return Ended;
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            return "cancelled";
        }
        catch (ApiException error)
        {
            if (error.IsGone || error.Reason is ApiReason.Silent)
                _version = null;
            logger.LogInformation("{Resource}: watch to be opened again: {Error}", client.Type.Name, error.Message);
            return error.IsGone ? "gone" : error.Reason;
        }
#pragma warning disable CA1031 // Whatever it is, a watcher that dies of it leaves the controller blind.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _version = null;
            logger.LogError(error, "{Resource}: watch to be opened again after a failure of our own", client.Type.Name);
            return "fault";
        }
    }

    private async Task<string> ListAsync(CancellationToken cancel)
    {
        heartbeat.Expect(options.ListTimeout);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(options.ListTimeout);
        var list = await client.ListAsync(@namespace, options.Selection, bounded.Token);
        heartbeat.Hear();
        Telemetry.Listed(client.Type.Name);
        replace(list);
        return list.ResourceVersion;
    }

    private async Task WatchAsync(string from, CancellationToken cancel)
    {
        var bounds = options.Bounds();
        var patience = bounds.Silence + client.RequestTimeout;
        heartbeat.Expect(patience);
        await foreach (var happened in client.WatchAsync(@namespace, from, options.Selection, bounds, cancel))
        {
            heartbeat.Hear();
            heartbeat.Expect(patience);
            if (happened.Kind != WatchKind.Bookmark)
                apply(happened);
            _version = happened.ResourceVersion;
        }
        heartbeat.Hear();
    }

    private async Task PauseAsync(TimeSpan wait, CancellationToken cancel)
    {
        heartbeat.Expect(wait);
        await Task.Delay(wait, options.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
