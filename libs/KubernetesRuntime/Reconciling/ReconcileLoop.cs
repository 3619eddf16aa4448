using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Health;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.KubernetesRuntime.Reconciling;

/// <summary>
/// Works a queue off. A failed key comes back for ever, with growing waits up to a cap; nothing is ever dropped. Every key that succeeds
/// comes back at the resync. It may be run again after it was cancelled (a lost leadership): what was under way then is in the queue again.
/// </summary>
public sealed class ReconcileLoop<TKey>
    where TKey : notnull
{
    private static readonly Meter Meter = new(Telemetry.MeterName);
    private static readonly Counter<long> Results = Meter.CreateCounter<long>("reconciles", description: "Reconciles, by loop and result.");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("reconcile_seconds", "s",
        "Duration of reconciles, by loop.");

    private readonly string _name;
    private readonly WorkQueue<TKey> _queue;
    private readonly Func<TKey, CancellationToken, Task<Outcome>> _reconcile;
    private readonly LoopOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<TKey, int> _failures = [];

    public ReconcileLoop(
        string name, WorkQueue<TKey> queue, Func<TKey, CancellationToken, Task<Outcome>> reconcile, LoopOptions? options = null,
            ILogger? logger = null)
    {
        (_name, _queue, _reconcile) = (name, queue, reconcile);
        (_options, _logger) = (options ?? new(), logger ?? NullLogger.Instance);
        Heartbeats = [.. Enumerable.Range(0, _options.Workers).Select(index => new Heartbeat($"{name} worker {index}", _options.Time))];
    }

    /// <summary>One per worker: hangs when a reconcile ignores its cancellation.</summary>
    public IReadOnlyList<Heartbeat> Heartbeats { get; }

    /// <summary>Keys whose last reconcile failed.</summary>
    public int Failing => _failures.Count;

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) =>
        Task.WhenAll(Heartbeats.Select(heartbeat => Task.Run(() => WorkAsync(heartbeat, cancel), CancellationToken.None)));

    private async Task WorkAsync(Heartbeat heartbeat, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await _queue.TakeAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            heartbeat.Expect(_options.Timeout);
            await WorkOnAsync(key, cancel);
            heartbeat.Rest();
        }
    }

    private async Task WorkOnAsync(TKey key, CancellationToken cancel)
    {
        var began = _options.Time.GetTimestamp();
        using var activity = Telemetry.Reconcile(_name, key);
        var (again, result) = await AttemptAsync(key, cancel);
        activity?.SetTag("k8smediaflow.result", result)
            .SetStatus(result == "failure" ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        Durations.Record(_options.Time.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>("loop", _name));
        Results.Add(1, new("loop", _name), new KeyValuePair<string, object?>("result", result));
        // Before Done, so that at no moment a key that is still owed something is recorded nowhere.
        if (again is { } wait)
            _queue.AddAfter(key, wait);
        _queue.Done(key);
    }

    private async Task<(TimeSpan? Again, string Result)> AttemptAsync(TKey key, CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var late = new CancellationTokenSource(_options.Timeout, _options.Time);
        using var registration = late.Token.Register(bounded.Cancel);
        try
        {
            var outcome = await _reconcile(key, bounded.Token);
            _failures.TryRemove(key, out _);
            return (outcome.IsGone ? null : outcome.Again ?? Resync(), "success");
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            return (TimeSpan.Zero, "cancelled");
        }
#pragma warning disable CA1031 // Whatever a reconcile dies of, its key must come back.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return (Failed(key, error, late.IsCancellationRequested), "failure");
        }
    }

    private TimeSpan Failed(TKey key, Exception error, bool late)
    {
        var failures = _failures.AddOrUpdate(key, 1, static (_, count) => count < int.MaxValue ? count + 1 : count);
        var wait = _options.BackOff.After(failures);
        // The server's own wish counts when it is the longer.
        if (error is ApiException { RetryAfter: { } asked } && asked > wait)
            wait = asked;
        _logger.LogWarning("{Loop} {Key}: {Error}; attempt {Attempt}, again in {Wait:0.0} s", _name, key,
            late ? $"not done within {_options.Timeout}" : error.Message, failures, wait.TotalSeconds);
        if (error is not (ApiException or ApplyConflictException or WriteRefusedException or OperationCanceledException))
            _logger.LogDebug(error, "{Loop} {Key}", _name, key);
        return wait;
    }

    private TimeSpan Resync() => _options.Resync * (0.8 + (Random.Shared.NextDouble() * 0.4));
}
