using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.KubernetesRuntime.Objects;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Certificates;

/// <summary>The installation's authority as every replica of the controller knows it. Only a leader makes and changes it.</summary>
internal sealed class AuthorityKeeper(ApiClient reader, string @namespace, CertificateTimes times, TimeProvider time, ILogger logger)
{
    /// <summary>How often the Secret is looked at: well below any overlap.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan AttemptMax = TimeSpan.FromMinutes(1);

    /// <summary>Who has not looked for so long cannot say that everybody was told.</summary>
    private static readonly TimeSpan GapMax = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long what this process knows goes before a Secret that has nothing to do with it. Who has looked away for longer knows nothing.
    /// </summary>
    private static readonly TimeSpan KnownMax = TimeSpan.FromMinutes(5);

    private readonly Heartbeat _following = new("authority", time), _keeping = new("keeper of the authority", time);
    private volatile AuthorityState? _current;
    private DateTimeOffset _followedSince, _advancedAt;
    private long _knownAtTicks;

    public AuthorityState? Current => _current;

    /// <summary>Called when what is to be trusted or issued by has changed.</summary>
    public event Action? Changed;

    /// <summary>Of the loops: one that hangs is no authority's keeper.</summary>
    public IReadOnlyList<Heartbeat> Heartbeats => [_following, _keeping];

    private TimeSpan Pause => Every / (times.Overlap < Every ? 5 : 1);

    /// <summary>Follows the Secret until cancelled.</summary>
    public Task FollowAsync(CancellationToken cancel) => RepeatAsync(_following, async bounded =>
    {
        if (await reader.For(Resources.Secrets).FindAsync(@namespace, AuthoritySecret.Name, bounded) is { } secret)
            Follow(AuthoritySecret.Read(secret));
    }, cancel);

    /// <summary>As a leader that begins: makes the authority where there is none. Returns once there is one.</summary>
    public Task LeadAsync(ApiClient fenced, CancellationToken cancel)
    {
        _advancedAt = DateTimeOffset.MinValue;
        return AdvanceAsync(fenced, cancel);
    }

    /// <summary>
    /// As a leader: carries the authority's change on until cancelled, and brings its Secret back where it was deleted.
    /// </summary>
    public Task KeepAsync(ApiClient fenced, CancellationToken cancel) =>
        RepeatAsync(_keeping, bounded => AdvanceAsync(fenced, bounded), cancel);

    private async Task AdvanceAsync(ApiClient fenced, CancellationToken cancel)
    {
        var secrets = fenced.For(Resources.Secrets);
        var stored = await secrets.FindAsync(@namespace, AuthoritySecret.Name, cancel);
        var before = ReadOrNull(stored);
        var now = time.GetUtcNow();
        if (now - _advancedAt > GapMax)
            _followedSince = now;
        // What the installation lives on is in memory: without its Secret it is written again, for another one would part all that run from
        // all that come.
        var after = AuthorityState.Advance(before is null ? _current : Continued(before, now), times, now, _followedSince);
        if (before is null || !ReferenceEquals(before, after))
        {
            var secret = AuthoritySecret.Write(after, @namespace, stored?.Metadata?.ResourceVersion);
            var restored = before is null && _current is not null;
            await (stored is null ? secrets.CreateAsync(secret, cancel) : secrets.ReplaceAsync(secret, cancel));
            logger.LogInformation("the authority of the installation: {What}",
                restored || before?.IsStepFrom(after) == false ? "its Secret is written again"
                : before is null ? "made" : after.Next is null ? "the next one issues" : "the next one is trusted");
        }
        _advancedAt = now;
        Take(after);
    }

    /// <summary>
    /// What is stored, or what is known where another client put another authority into the Secret: that one is the next.
    /// </summary>
    private AuthorityState Continued(AuthorityState stored, DateTimeOffset now)
    {
        if (Known(now) is not { } known || stored.IsStepFrom(known))
            return stored;
        var continued = known.Succeeded(stored.Current, now);
        logger.LogWarning("the authority of the installation: somebody has replaced it by another one, which {What}",
            ReferenceEquals(continued, known) && known.Next is null ? "cannot issue now: it is set back"
                : "is trusted beside it from now on, and issues after the overlap");
        return continued;
    }

    /// <summary>As one who does not lead: a foreign authority is for the leader to bring in.</summary>
    private void Follow(AuthorityState stored)
    {
        if (Known(time.GetUtcNow()) is not { } known || stored.IsStepFrom(known) || stored.Trusts(known))
            Take(stored);
    }

    private AuthorityState? Known(DateTimeOffset now) =>
        now.UtcTicks - Interlocked.Read(ref _knownAtTicks) < KnownMax.Ticks ? _current : null;

    /// <exception cref="InvalidDataException">The Secret holds none, and neither does this process.</exception>
    private AuthorityState? ReadOrNull(Secret? stored)
    {
        try
        {
            return stored is null ? null : AuthoritySecret.Read(stored);
        }
        catch (InvalidDataException wrong) when (_current is not null)
        {
            logger.LogWarning("the authority of the installation: {Error}", wrong.Message);
            return null;
        }
    }

    private void Take(AuthorityState state)
    {
        var before = _current;
        _current = state;
        Interlocked.Exchange(ref _knownAtTicks, time.GetUtcNow().UtcTicks);
        if (before is null || before.Bundle != state.Bundle || before.Current.CertificatePem != state.Current.CertificatePem)
            Changed?.Invoke();
    }

    private async Task RepeatAsync(Heartbeat heartbeat, Func<CancellationToken, Task> attempt, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            heartbeat.Expect(AttemptMax + Pause);
            using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            bounded.CancelAfter(AttemptMax);
            try
            {
                await attempt(bounded.Token);
            }
#pragma warning disable CA1031 // Whatever it dies of: without this loop certificates end one day, and everything with them.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (!cancel.IsCancellationRequested)
                    logger.LogWarning("the authority of the installation: {Error}", error.Message);
            }
            await Task.Delay(Pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        heartbeat.Rest();
    }
}
