using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Server;

public class LeaderTests(ControlledServer server) : ServerTests(server)
{
    [NeedsFact("kubernetes")]
    public async Task A_second_controller_waits_and_goes_on_where_the_first_has_ended()
    {
        await ApplyAsync(Pipelines.Pair);
        var before = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var second = new RunningController(Server.Cluster.Kubeconfig, Space, options => options with { Identity = "second" });
        await UntilAsync(async () => (await second.PageAsync("metrics")).Contains("k8smediaflow_controller_pipelines 1", StringComparison.Ordinal), () => "the second sees nothing");
        (await second.PageAsync("metrics")).ShouldContain("k8smediaflow_controller_leader 0");
        await Controller.DisposeAsync();
        // The lease is given back: nobody waits for it to run out.
        await UntilAsync(async () => (await second.PageAsync("metrics")).Contains("k8smediaflow_controller_leader 1", StringComparison.Ordinal), () => "nobody leads");
        await Client.For(Resources.Pods).DeleteAsync(Space, before[0].Metadata!.Name!, new(GracePeriodSeconds: 0), Bound);
        var after = await AllAsync(Resources.Pods, all => all.Count == 2 && all.All(pod => pod.Metadata!.Uid != before[0].Metadata!.Uid));
        after.ShouldContain(pod => pod.Metadata!.Uid == before[1].Metadata!.Uid, "what runs is not touched by a take-over");
        (await Client.For(Resources.Leases).GetAsync(Space, "k8smediaflow-controller", Bound)).Spec!.LeaseTransitions!.Value.ShouldBeGreaterThan(1);
    }

    [NeedsFact("kubernetes")]
    public async Task The_pages_tell_that_it_lives_and_what_it_has_done()
    {
        await ApplyAsync(Pipelines.Pair);
        await AllAsync(Resources.Pods, all => all.Count == 2);
        (await Controller.PageAsync("healthz")).ShouldBe("ok\n");
        (await Controller.PageAsync("readyz")).ShouldBe("ok\n");
        var page = await Controller.PageAsync("metrics");
        foreach (var line in new[] { "k8smediaflow_controller_leader 1", "k8smediaflow_controller_reconciles_total{loop=\"pipelines\",result=\"success\"}", "k8smediaflow_controller_reconcile_seconds_bucket{loop=\"pipelines\",le=\"+Inf\"}", "k8smediaflow_controller_queue_depth", "k8smediaflow_controller_watch_lists_total{resource=\"pods\"}" })
            page.ShouldContain(line);
    }

    [NeedsFact("kubernetes")]
    public async Task A_change_of_the_authority_reaches_every_unit()
    {
        await ApplyAsync(Pipelines.Pair);
        await AllAsync(Resources.Secrets, all => all.Count == 2);
        var secrets = Client.For(Resources.Secrets);
        var stored = await secrets.GetAsync(Space, AuthoritySecret.Name, Bound);
        var state = AuthoritySecret.Read(stored);
        var next = AuthorityState.Advance(null, CertificateTimes.Default, DateTimeOffset.UtcNow).Current;
        // As the controller itself would begin it after two thirds of the authority's life.
        await secrets.ReplaceAsync(AuthoritySecret.Write(state with { Next = next, NextSince = DateTimeOffset.UtcNow }, Space, stored.Metadata!.ResourceVersion), Bound);
        var trusting = await AllAsync(Resources.Secrets, all => all.Count(one => System.Text.Encoding.UTF8.GetString(one.Data![UnitSecrets.Authorities]).Contains(next.CertificatePem.Trim(), StringComparison.Ordinal)) == 2);
        trusting.ShouldAllBe(one => System.Text.Encoding.UTF8.GetString(one.Data![UnitSecrets.Authorities]).Contains(state.Current.CertificatePem.Trim(), StringComparison.Ordinal));
    }
}
