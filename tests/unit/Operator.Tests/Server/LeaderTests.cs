using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Server;

[Trait("Category", "Slow")]
public partial class LeaderTests(ControlledServer server) : ServerTests(server)
{
    [NeedsFact("kubernetes")]
    public async Task A_second_controller_waits_and_goes_on_where_the_first_has_ended()
    {
        await ApplyAsync(Pipelines.Pair);
        var before = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var second = new RunningController(Server.Cluster.Kubeconfig, Space, options => options with { Identity = "second" });
        await UntilAsync(async () => (await second.PageAsync("metrics"))
            .Contains("k8smediaflow_controller_pipelines{} 1", StringComparison.Ordinal), () => "the second sees nothing");
        (await second.PageAsync("metrics")).ShouldContain("k8smediaflow_controller_leader{} 0");
        await Controller.DisposeAsync();
        // The lease is given back: nobody waits for it to run out.
        await UntilAsync(async () => (await second.PageAsync("metrics"))
            .Contains("k8smediaflow_controller_leader{} 1", StringComparison.Ordinal), () => "nobody leads");
        await Client.For(Resources.Pods).DeleteAsync(Space, before[0].Metadata!.Name!, new(GracePeriodSeconds: 0), Bound);
        var after = await AllAsync(Resources.Pods, all => all.Count == 2 && all.All(pod => pod.Metadata!.Uid != before[0].Metadata!.Uid));
        after.ShouldContain(pod => pod.Metadata!.Uid == before[1].Metadata!.Uid, "what runs is not touched by a take-over");
        (await Client.For(Resources.Leases).GetAsync(Space, "k8smediaflow-controller", Bound))
            .Spec!.LeaseTransitions!.Value.ShouldBeGreaterThan(1);
    }

    [NeedsFact("kubernetes")]
    public async Task The_pages_tell_that_it_lives_and_what_it_has_done()
    {
        await ApplyAsync(Pipelines.Pair);
        await AllAsync(Resources.Pods, all => all.Count == 2);
        (await Controller.PageAsync("healthz")).ShouldBe("ok\n");
        (await Controller.PageAsync("readyz")).ShouldBe("ok\n");
        var page = await Controller.PageAsync("metrics");
        foreach (var line in new[]
        {
            "k8smediaflow_controller_leader{} 1",
            "k8smediaflow_controller_reconciles_total{loop=\"pipelines\",result=\"success\"}",
            "k8smediaflow_controller_reconcile_seconds_bucket{loop=\"pipelines\",le=\"+Inf\"}",
            "k8smediaflow_controller_watch_lists_total{resource=\"pods\"}",
        })
            page.ShouldContain(line);
        TypeLine().Matches(page).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").ShouldBe(
        [
            "k8smediaflow_controller_api_requests_total counter",
            "k8smediaflow_controller_leader gauge",
            "k8smediaflow_controller_pipelines gauge",
            "k8smediaflow_controller_queue_delayed gauge",
            "k8smediaflow_controller_queue_depth gauge",
            "k8smediaflow_controller_reconcile_seconds histogram",
            "k8smediaflow_controller_reconciles_total counter",
            "k8smediaflow_controller_sidecar_sessions gauge",
            "k8smediaflow_controller_watch_lists_total counter",
        ], ignoreOrder: true);
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
        await secrets.ReplaceAsync(AuthoritySecret.Write(state with { Next = next, NextSince = DateTimeOffset.UtcNow }, Space,
            stored.Metadata!.ResourceVersion), Bound);
        var trusting = await AllAsync(Resources.Secrets,
            all => all.Count(one => System.Text.Encoding.UTF8.GetString(one.Data![UnitSecrets.Authorities])
            .Contains(next.CertificatePem.Trim(), StringComparison.Ordinal)) == 2);
        trusting.ShouldAllBe(one => System.Text.Encoding.UTF8.GetString(one.Data![UnitSecrets.Authorities])
            .Contains(state.Current.CertificatePem.Trim(), StringComparison.Ordinal));
    }

    [NeedsTheory("kubernetes")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_authoritys_Secret_that_somebody_takes_away_or_spoils_comes_back_as_it_was(bool spoiled)
    {
        await ApplyAsync(Pipelines.Pair);
        await AllAsync(Resources.Secrets, all => all.Count == 2);
        var secrets = Client.For(Resources.Secrets);
        var stored = await secrets.GetAsync(Space, AuthoritySecret.Name, Bound);
        if (spoiled)
            await secrets.MergeAsync(Space, AuthoritySecret.Name, JsonNode.Parse("""{"data": {"tls.crt": "bm9uZQ=="}}""")!.AsObject(),
                cancel: Bound);
        else
            await secrets.DeleteAsync(Space, AuthoritySecret.Name, cancel: Bound);
        AuthorityState? back = null;
        await UntilAsync(async () =>
        {
            try
            {
                back = await secrets.FindAsync(Space, AuthoritySecret.Name, Bound) is { } secret ? AuthoritySecret.Read(secret) : null;
            }
            catch (InvalidDataException)
            {
            }
            return back is not null;
        }, () => "it does not come back");
        back.ShouldBe(AuthoritySecret.Read(stored));
    }

    [NeedsFact("kubernetes")]
    public async Task Another_authority_that_somebody_puts_into_the_Secret_is_trusted_by_every_unit_before_it_issues()
    {
        await ApplyAsync(Pipelines.Pair);
        var issued = (await AllAsync(Resources.Secrets, all => all.Count == 2)).Select(one => Text(one, UnitSecrets.Certificate))
            .ToHashSet();
        var secrets = Client.For(Resources.Secrets);
        var stored = await secrets.GetAsync(Space, AuthoritySecret.Name, Bound);
        var (known, other) = (AuthoritySecret.Read(stored), AuthorityState.Advance(null, CertificateTimes.Default, DateTimeOffset.UtcNow));
        await secrets.ReplaceAsync(AuthoritySecret.Write(other, Space, stored.Metadata!.ResourceVersion), Bound);
        var trusting = await AllAsync(Resources.Secrets, all => all.Count(one => Trusts(one, other)) == 2);
        trusting.ShouldAllBe(one => Trusts(one, known));
        trusting.Select(one => Text(one, UnitSecrets.Certificate))
            .ShouldBe(issued, ignoreOrder: true, "nobody has another certificate yet");
        var kept = AuthoritySecret.Read(await secrets.GetAsync(Space, AuthoritySecret.Name, Bound));
        (kept.Current.CertificatePem, kept.Next?.CertificatePem).ShouldBe((known.Current.CertificatePem, other.Current.CertificatePem));
    }

    private static bool Trusts(Secret secret, AuthorityState authority) =>
        Text(secret, UnitSecrets.Authorities).Contains(authority.Current.CertificatePem.Trim(), StringComparison.Ordinal);

    private static string Text(Secret secret, string key) => System.Text.Encoding.UTF8.GetString(secret.Data![key]);

    [NeedsFact("kubernetes")]
    public async Task Without_election_a_refused_request_at_the_beginning_is_tried_again()
    {
        await Controller.DisposeAsync();
        var later = Space + "-later";
        // Its namespace is not there yet: the authority cannot be made.
        await using var alone = new RunningController(Server.Cluster.Kubeconfig, later, options => options with
        {
            LeaderElection = false,
            WatchNamespaces = [Space],
        });
        await ApplyAsync(Pipelines.Pair);
        await UntilAsync(async () => (await alone.PageAsync("metrics")).Contains("code=\"404\"", StringComparison.Ordinal),
            () => "nothing was refused");
        Server.Kubectl("create", "namespace", later);
        await AllAsync(Resources.Pods, all => all.Count == 2);
    }

    [NeedsFact("kubernetes")]
    public async Task Two_installations_in_one_namespace_leave_each_others_pipelines_alone()
    {
        await using var night = new RunningController(Server.Cluster.Kubeconfig, Space, options => options with
        {
            Identity = "night",
            Installation = "night",
            LeaseName = "night",
            SidecarImage = "registry.example/sidecar:night",
        });
        await ApplyAsync(Pipelines.Pair);
        await ApplyAsync(Pipelines.Pair.Replace("\"pair\"", "\"late\"", StringComparison.Ordinal),
            document => document["spec"]!["installation"] = "night");
        var pods = await AllAsync(Resources.Pods, all => all.Count == 4);
        foreach (var pod in pods)
            pod.Spec!.Containers!.Concat(pod.Spec.InitContainers ?? []).Single(one => one.Name == PodPaths.SidecarContainer).Image!
                .ShouldBe(pod.Label(WellKnownLabels.Pipeline) == "late" ? "registry.example/sidecar:night" : "registry.example/sidecar:1");
        (await StatusAsync("late", status => status.Pods.Count == 2)).SidecarImage.ShouldBe("registry.example/sidecar:night");
        // Both look again at everything of theirs, and at nothing of the other's.
        await Task.Delay(2000, Bound);
        (await AllAsync(Resources.Pods)).Select(pod => pod.Metadata!.Uid)
            .ShouldBe(pods.Select(pod => pod.Metadata!.Uid), ignoreOrder: true);
    }

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
