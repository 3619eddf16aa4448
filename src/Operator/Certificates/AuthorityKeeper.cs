using K8sMediaFlow.Kubernetes.Client;
using K8sMediaFlow.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Operator.Certificates;

/// <summary>The installation's authority as every replica of the controller knows it. Only a leader makes and changes it.</summary>
internal sealed class AuthorityKeeper(ApiClient reader, string @namespace, CertificateTimes times, TimeProvider time, ILogger logger)
{
    /// <summary>How often the Secret is looked at: well below any overlap.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private volatile AuthorityState? _current;

    public AuthorityState? Current => _current;

    /// <summary>Called when what is to be trusted or issued by has changed.</summary>
    public event Action? Changed;

    /// <summary>Follows the Secret until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await AttemptAsync(async () =>
            {
                if (await reader.For(Resources.Secrets).FindAsync(@namespace, AuthoritySecret.Name, cancel) is { } secret)
                    Take(AuthoritySecret.Read(secret));
            }, cancel);
            await Task.Delay(Every / (times.Overlap < Every ? 5 : 1), time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>As a leader: makes the authority where there is none and carries its change on. Returns once there is one.</summary>
    public async Task LeadAsync(ApiClient fenced, CancellationToken cancel)
    {
        await AdvanceAsync(fenced, cancel);
        _ = Task.Run(async () =>
        {
            while (!cancel.IsCancellationRequested)
            {
                await Task.Delay(Every / (times.Overlap < Every ? 5 : 1), time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await AttemptAsync(() => AdvanceAsync(fenced, cancel), cancel);
            }
        }, CancellationToken.None);
    }

    private async Task AdvanceAsync(ApiClient fenced, CancellationToken cancel)
    {
        var secrets = fenced.For(Resources.Secrets);
        var stored = await secrets.FindAsync(@namespace, AuthoritySecret.Name, cancel);
        var before = stored is null ? null : AuthoritySecret.Read(stored);
        var after = AuthorityState.Advance(before, times, time.GetUtcNow());
        if (!ReferenceEquals(before, after))
        {
            var secret = AuthoritySecret.Write(after, @namespace, stored?.Metadata?.ResourceVersion);
            await (stored is null ? secrets.CreateAsync(secret, cancel) : secrets.ReplaceAsync(secret, cancel));
            logger.LogInformation("the authority of the installation: {What}", stored is null ? "made" : after.Next is null ? "the next one issues" : "the next one is trusted");
        }
        Take(after);
    }

    private void Take(AuthorityState state)
    {
        var before = _current;
        _current = state;
        if (before is null || before.Bundle != state.Bundle || before.Current.CertificatePem != state.Current.CertificatePem)
            Changed?.Invoke();
    }

    private async Task AttemptAsync(Func<Task> attempt, CancellationToken cancel)
    {
        try
        {
            await attempt();
        }
        catch (Exception error) when (error is ApiException or WriteRefusedException or InvalidDataException or OperationCanceledException or Kubernetes.Connection.ConnectionException)
        {
            if (!cancel.IsCancellationRequested)
                logger.LogWarning("the authority of the installation: {Error}", error.Message);
        }
    }
}
