using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Leadership;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Leadership;

/// <summary>Elections at the real API server, with times short enough for a test.</summary>
public class LeaderElectionTests(ApiServerFixture fixture) : ApiServerTests(fixture)
{
    [NeedsFact("kubernetes")]
    public async Task One_leads_and_the_next_takes_over_when_it_lets_go()
    {
        await using var first = new Candidate(Client, Options("first"));
        await Until.Async(() => first.Leading == 1, "the first leads", Bound);
        await using var second = new Candidate(Client, Options("second"));
        await Until.Async(() => second.Election.Holder == "first", "the second has seen the first", Bound);
        second.Leading.ShouldBe(0);
        await first.StopAsync();
        // Given back, not waited out; and only after the work had ended.
        await Until.Async(() => second.Leading == 1, "the second leads", Bound);
        first.Leading.ShouldBe(0);
        second.Terms.Single().ShouldBeGreaterThan(first.Terms.Single());
        var lease = await Client.For(Resources.Leases).GetAsync(Space, "lead", Bound);
        (lease.Spec!.HolderIdentity, lease.Spec.LeaseTransitions).ShouldBe(("second", second.Terms.Single()));
    }

    [NeedsFact("kubernetes")]
    public async Task Of_many_who_stand_at_once_one_leads_at_any_moment()
    {
        var (now, most) = (0, 0);
        var candidates = Enumerable.Range(0, 8).Select(index => new Candidate(Client, Options($"c{index}"), async (_, cancel) =>
        {
            var current = Interlocked.Increment(ref now);
            most = Math.Max(most, current);
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Decrement(ref now);
        })).ToList();
        foreach (var candidate in candidates)
        {
            await Until.Async(() => Volatile.Read(ref now) == 1, "somebody leads", Bound);
            await candidates.Single(one => one.Election.Term is not null).StopAsync();
        }
        most.ShouldBe(1);
        candidates.SelectMany(one => one.Terms).Order().ShouldBe(Enumerable.Range(1, 8));
    }

    [NeedsFact("kubernetes")]
    public async Task Who_cannot_renew_stops_leading_and_stands_again()
    {
        await using var candidate = new Candidate(Client, Options("only"));
        await Until.Async(() => candidate.Terms.Count == 1, "it leads", Bound);
        // Another writes itself into the lease, as no candidate of ours would.
        await Client.For(Resources.Leases)
            .MergeAsync(Space, "lead", new()
            {
                ["spec"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["holderIdentity"] = "usurper",
                    ["leaseDurationSeconds"] = 1
                }
            }, cancel: Bound);
        await Until.Async(() => candidate.Leading == 0, "it stops", Bound);
        await Until.Async(() => candidate.Terms.Count == 2, "the usurper does not renew, so it leads again", Bound);
    }

    [NeedsFact("kubernetes")]
    public async Task A_lease_that_was_deleted_is_made_again_and_a_leader_that_fails_stands_again()
    {
        var failures = 0;
        await using var candidate = new Candidate(Client, Options("only"), (_, cancel) =>
            Interlocked.Increment(ref failures) == 1
                ? throw new InvalidOperationException("a fault of the controller")
                : Task.Delay(Timeout.Infinite, cancel));
        await Until.Async(() => candidate.Terms.Count == 2, "a second term after the failure", Bound);
        await Client.For(Resources.Leases).DeleteAsync(Space, "lead", cancel: Bound);
        await Until.Async(() => candidate.Terms.Count == 3, "a third after the deletion", Bound);
    }

    /// <summary>The proof of the fence, on real processes: see <see cref="LeaderProcess"/>.</summary>
    [NeedsFact("kubernetes")]
    public async Task An_old_leader_that_was_stopped_and_continued_after_the_take_over_changes_nothing()
    {
        await Client.For(Resources.ConfigMaps).CreateAsync(Map("written"), Bound);
        using var old = LeaderProcess.Start(Cluster.Kubeconfig, Space, "old");
        await Until.Async(() => Written("old") > 3, "the old leader writes", Bound);
        old.Signal("STOP");
        await using var young = new Candidate(Client, Options("young"));
        await Until.Async(() => young.Leading == 1, "the young one leads", Bound);
        var (last, version) = (Written("old"), Version());
        old.Signal("CONT");
        await old.UntilSaysAsync("refused", Bound);
        (Written("old"), Version()).ShouldBe((last, version));
        await Until.Async(() => old.Says("leads no more"), "the old one knows", Bound);
        (Written("old"), Version()).ShouldBe((last, version));
    }

    private string Version() => Client.For(Resources.ConfigMaps).GetAsync(Space, "written").Result.Metadata!.ResourceVersion!;

    private int Written(string who) =>
        int.Parse(Client.For(Resources.ConfigMaps).GetAsync(Space, "written").Result.Data?.GetValueOrDefault(who) ?? "0",
            System.Globalization.CultureInfo.InvariantCulture);

    private ElectionOptions Options(string identity) => LeaderProcess.Options(Space, identity);

    private sealed class Candidate : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;
        private int _leading;

        public Candidate(ApiClient client, ElectionOptions options, Func<LeadershipTerm, CancellationToken, Task>? lead = null)
        {
            Election = new(client, options);
            _run = Election.RunAsync(async (term, cancel) =>
            {
                lock (Terms)
                    Terms.Add(term.Transitions);
                Interlocked.Increment(ref _leading);
                try
                {
                    await (lead?.Invoke(term, cancel) ?? Task.Delay(Timeout.Infinite, cancel));
                }
                finally
                {
                    Interlocked.Decrement(ref _leading);
                }
            }, _stop.Token);
        }

        public LeaderElection Election { get; }
        public List<int> Terms { get; } = [];
        public int Leading => Volatile.Read(ref _leading);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _run.WaitAsync(Hang.Bound);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }
}
