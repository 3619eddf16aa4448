using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.KubernetesRuntime.Objects;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.KubernetesRuntime.Leadership;

/// <summary>The lease and its times.</summary>
public sealed record ElectionOptions
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>Who we are: of two processes never the same, so a pod's name alone will not do (its container may be restarted).</summary>
    public required string Identity { get; init; }

    /// <summary>How long others wait after the last renewal that they saw.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a renewal lasts for the holder. The difference is what clocks may drift and a request may linger.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Leader election by a Lease. A candidate takes the Lease when it has no holder, or when it has not changed for its duration by our own
/// clock (the times written in it are other machines' and only for people). Every write names the version that it replaces, so of two
/// takers one loses.
/// </summary>
public sealed class LeaderElection
{
    private readonly ResourceClient<Lease> _leases;
    private readonly ElectionOptions _options;
    private readonly ILogger _logger;
    private Lease? _seen;
    private long _seenAt;

    /// <param name="client">Not fenced: the lease is how the fence is renewed.</param>
    /// <param name="options">Refused where the renew deadline is not shorter than the lease, or the retry period not shorter than the
    /// deadline.</param>
    /// <param name="logger">Terms are logged when they begin and end.</param>
    public LeaderElection(ApiClient client, ElectionOptions options, ILogger? logger = null)
    {
        if (options.RenewDeadline >= options.LeaseDuration || options.RetryPeriod >= options.RenewDeadline)
            throw new ArgumentException("leader election needs retry period < renew deadline < lease duration", nameof(options));
        (_leases, _options, _logger) = (client.For(Resources.Leases), options, logger ?? NullLogger.Instance);
        Heartbeat = new("leader election", options.Time);
    }

    public Heartbeat Heartbeat { get; }

    /// <summary>The term of this process, or null while another leads.</summary>
    public LeadershipTerm? Term { get; private set; }

    /// <summary>Who held the lease when it was last seen.</summary>
    public string? Holder => _seen?.Spec?.HolderIdentity;

    /// <summary>
    /// Stands for election until cancelled and runs <paramref name="lead"/> in every term, with a token that ends with the term. The next
    /// candidacy begins when
    /// <paramref name="lead"/> has returned, and only then is the lease given back on cancellation.
    /// </summary>
    public async Task RunAsync(Func<LeadershipTerm, CancellationToken, Task> lead, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (await TakeAsync(cancel) is not { } term)
                break;
            await ServeAsync(term, lead, cancel);
            // Others first: who has just led, and let go or failed, would else win every time.
            await PauseAsync(cancel);
        }
        Heartbeat.Rest();
    }

    private async Task<LeadershipTerm?> TakeAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            Heartbeat.Expect(_options.RenewDeadline + _options.RetryPeriod);
            var sentAt = _options.Time.GetTimestamp();
            if (await AttemptAsync(() => TryTakeAsync(cancel), cancel) && _options.Time.GetElapsedTime(sentAt) < _options.RenewDeadline)
            {
                _logger.LogInformation("{Identity} leads: term {Transitions}", _options.Identity, _seen!.Spec!.LeaseTransitions);
                return new(_seen.Spec.LeaseTransitions ?? 0, sentAt, _options.RenewDeadline, _options.Time);
            }
            await PauseAsync(cancel);
        }
        return null;
    }

    private async Task ServeAsync(LeadershipTerm term, Func<LeadershipTerm, CancellationToken, Task> lead, CancellationToken cancel)
    {
        using (term)
        {
            Term = term;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, term.Lost);
            var work = Task.Run(() => lead(term, over.Token), CancellationToken.None);
            await RenewAsync(term, work, cancel);
            await over.CancelAsync();
            await EndOf(work);
            Term = null;
            var held = term.Holds && Holder == _options.Identity;
            // The fence closes before the lease is given away.
            term.End();
            if (held)
                await ReleaseAsync();
            _logger.LogInformation("{Identity} leads no more", _options.Identity);
        }
    }

    private async Task RenewAsync(LeadershipTerm term, Task work, CancellationToken cancel)
    {
        while (term.Holds && !cancel.IsCancellationRequested && !work.IsCompleted)
        {
            Heartbeat.Expect(_options.RenewDeadline + _options.RetryPeriod);
            await Task.WhenAny(PauseAsync(cancel), work);
            var sentAt = _options.Time.GetTimestamp();
            if (await AttemptAsync(() => TryRenewAsync(term.Lost), cancel))
                term.Renew(sentAt);
            else if (Holder != _options.Identity)
                term.End();
        }
    }

    /// <summary>The leader's own failure ends its term and not the process: it stands again.</summary>
    private async Task EndOf(Task work)
    {
        Heartbeat.Rest();
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
        }
#pragma warning disable CA1031 // See above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.LogError(error, "leading failed");
        }
    }

    private async Task<bool> AttemptAsync(Func<Task<bool>> attempt, CancellationToken cancel)
    {
        try
        {
            return await attempt();
        }
        catch (Exception error) when (error is ApiException or Connection.ConnectionException or OperationCanceledException)
        {
            if (!cancel.IsCancellationRequested)
                _logger.LogWarning("lease {Namespace}/{Name}: {Error}", _options.Namespace, _options.Name, error.Message);
            return false;
        }
    }

    private async Task<bool> TryTakeAsync(CancellationToken cancel)
    {
        using var bounded = Bounded(cancel);
        var lease = await _leases.FindAsync(_options.Namespace, _options.Name, bounded.Token);
        if (lease is null)
        {
            See(await _leases.CreateAsync(new()
            {
                Metadata = new() { Name = _options.Name, Namespace = _options.Namespace },
                Spec = Mine(null)
            }, bounded.Token));
            return true;
        }
        if (lease.Metadata!.ResourceVersion != _seen?.Metadata?.ResourceVersion)
            See(lease);
        if (IsHeld(lease))
            return false;
        See(await _leases.ReplaceAsync(lease with { Spec = Mine(lease.Spec) }, bounded.Token));
        return true;
    }

    private async Task<bool> TryRenewAsync(CancellationToken lost)
    {
        using var bounded = Bounded(lost);
        try
        {
            See(await _leases.ReplaceAsync(_seen! with { Spec = _seen!.Spec! with { RenewTime = _options.Time.GetUtcNow() } },
                bounded.Token));
            return true;
        }
        catch (ApiException error) when (error.IsConflict || error.IsNotFound)
        {
            // Another client wrote to it, or deleted it. If it still names us (a label was added, or our own earlier answer was lost) we go
            // on from there.
            if (await _leases.FindAsync(_options.Namespace, _options.Name, bounded.Token) is { } lease)
                See(lease);
            else
                _seen = null;
            return false;
        }
    }

    private async Task ReleaseAsync()
    {
        using var bounded = new CancellationTokenSource(_options.RetryPeriod);
        await AttemptAsync(async () =>
        {
            See(await _leases.ReplaceAsync(_seen! with
            {
                Spec = _seen!.Spec! with
                {
                    HolderIdentity = "",
                    RenewTime = _options.Time.GetUtcNow()
                }
            }, bounded.Token));
            return true;
        }, CancellationToken.None);
    }

    private bool IsHeld(Lease lease)
    {
        // Ours while we do not lead: the answer to our taking was lost.
        if (lease.Spec?.HolderIdentity is not { Length: > 0 } holder || holder == _options.Identity)
            return false;
        // The holder's own duration: it may have been set otherwise than ours.
        var duration = lease.Spec.LeaseDurationSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : _options.LeaseDuration;
        return _options.Time.GetElapsedTime(_seenAt) < duration;
    }

    private LeaseSpec Mine(LeaseSpec? before) => new()
    {
        HolderIdentity = _options.Identity,
        LeaseDurationSeconds = (int)Math.Ceiling(_options.LeaseDuration.TotalSeconds),
        AcquireTime = _options.Time.GetUtcNow(),
        RenewTime = _options.Time.GetUtcNow(),
        LeaseTransitions = (before?.LeaseTransitions ?? 0) + 1,
    };

    private void See(Lease lease) => (_seen, _seenAt) = (lease, _options.Time.GetTimestamp());

    private CancellationTokenSource Bounded(CancellationToken cancel)
    {
        var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(_options.RenewDeadline / 2);
        return bounded;
    }

    /// <summary>Jittered: replicas that were started together must not keep colliding.</summary>
    private async Task PauseAsync(CancellationToken cancel) =>
        await Task.Delay(_options.RetryPeriod * (0.8 + (Random.Shared.NextDouble() * 0.4)), _options.Time, cancel)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
