using System.Text.Json.Nodes;
using K8sMediaFlow.Kubernetes.Apply;
using K8sMediaFlow.Kubernetes.Client;
using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Kubernetes.Tests.Apply;

/// <summary>Applying against the real API server: what is written, and what is not.</summary>
public class ApplierTests(ApiServerFixture fixture) : ApiServerTests(fixture)
{
    private ResourceClient<ConfigMap> Maps => Client.For(Resources.ConfigMaps);

    [NeedsFact("kubernetes")]
    public async Task What_is_as_it_should_be_is_not_written_again()
    {
        var applier = new Applier<ConfigMap>(Maps, new("us"));
        var first = await applier.ApplyAsync(Map("a", ("k", "1")), null, Bound);
        first.Written.ShouldBeTrue();
        (await applier.ApplyAsync(Map("a", ("k", "1")), first.Value, Bound)).Written.ShouldBeFalse();
        var changed = await applier.ApplyAsync(Map("a", ("k", "2")), first.Value, Bound);
        (changed.Written, changed.Value.Data!["k"]).ShouldBe((true, "2"));
        (await applier.ApplyAsync(Map("a", ("k", "2")), changed.Value, Bound)).Written.ShouldBeFalse();
    }

    [NeedsFact("kubernetes")]
    public async Task What_others_add_brings_no_write_and_what_they_take_away_does()
    {
        var applier = new Applier<ConfigMap>(Maps, new("us") { Time = new ManualTime() });
        await applier.ApplyAsync(Map("a", ("k", "1")), null, Bound);
        var theirs = await Maps.MergeAsync(Space, "a", JsonNode.Parse("""{"data":{"theirs":"x"}}""")!.AsObject(), cancel: Bound);
        (await applier.ApplyAsync(Map("a", ("k", "1")), theirs, Bound)).Written.ShouldBeFalse();
        var taken = await Maps.MergeAsync(Space, "a", JsonNode.Parse("""{"data":{"k":null}}""")!.AsObject(), cancel: Bound);
        var again = await applier.ApplyAsync(Map("a", ("k", "1")), taken, Bound);
        (again.Written, again.Value.Data!.Count).ShouldBe((true, 2));
    }

    [NeedsFact("kubernetes")]
    public async Task What_the_server_spells_its_own_way_is_not_written_again()
    {
        await Client.For(Resources.ServiceAccounts).CreateAsync(new() { Metadata = new() { Name = "default", Namespace = Space } }, Bound);
        var pods = Client.For(Resources.Pods);
        var applier = new Applier<Pod>(pods, new("us"));
        var pod = new Pod
        {
            Metadata = new() { Name = "p", Namespace = Space },
            Spec = new() { AutomountServiceAccountToken = false, Containers = [new() { Name = "c", Image = "i", Resources = new() { Limits = new Dictionary<string, string> { ["cpu"] = "1000m", ["memory"] = "1024Mi" } } }] },
        };
        (await applier.ApplyAsync(pod, null, Bound)).Value.Spec!.Containers![0].Resources!.Limits!["cpu"].ShouldBe("1");
        // The pod's status moves, and with it the version: the spec is as it was.
        var moved = await pods.MergeAsync(Space, "p", JsonNode.Parse("""{"status":{"phase":"Running"}}""")!.AsObject(), "status", Bound);
        (await applier.ApplyAsync(pod, moved, Bound)).Written.ShouldBeFalse();
    }

    [NeedsFact("kubernetes")]
    public async Task A_store_that_lags_brings_no_second_write_until_it_is_believed_again()
    {
        var time = new ManualTime();
        var applier = new Applier<ConfigMap>(Maps, new("us") { Time = time });
        await applier.ApplyAsync(Map("a", ("k", "1")), null, Bound);
        (await applier.ApplyAsync(Map("a", ("k", "1")), null, Bound)).Written.ShouldBeFalse();
        // It was deleted without anybody hearing of it.
        await Maps.DeleteAsync(Space, "a", cancel: Bound);
        time.Advance(TimeSpan.FromSeconds(11));
        (await applier.ApplyAsync(Map("a", ("k", "1")), null, Bound)).Written.ShouldBeTrue();
        applier.Forget(new(Space, "a"));
        applier.Remembered.ShouldBe(0);
    }

    [NeedsFact("kubernetes")]
    public async Task An_object_made_anew_by_somebody_else_is_written_again()
    {
        var applier = new Applier<ConfigMap>(Maps, new("us"));
        await applier.ApplyAsync(Map("a", ("k", "1")), null, Bound);
        await Maps.DeleteAsync(Space, "a", cancel: Bound);
        var other = await Maps.CreateAsync(Map("a"), Bound);
        (await applier.ApplyAsync(Map("a", ("k", "1")), other, Bound)).Written.ShouldBeTrue();
    }

    [NeedsFact("kubernetes")]
    public async Task The_fields_of_an_earlier_name_of_ours_are_taken_over_and_those_of_others_are_not()
    {
        await Maps.ApplyAsync(Resources.ConfigMaps.ToDocument(Map("a", ("k", "old"))), "us-before", cancel: Bound);
        var applier = new Applier<ConfigMap>(Maps, new("us") { OwnManagers = ["us-before"] });
        (await applier.ApplyAsync(Map("a", ("k", "new")), null, Bound)).Value.Data!["k"].ShouldBe("new");

        await Maps.ApplyAsync(Resources.ConfigMaps.ToDocument(Map("b", ("k", "old"))), "us-before", cancel: Bound);
        await Maps.ApplyAsync(Resources.ConfigMaps.ToDocument(Map("b", ("l", "theirs"))), "them", cancel: Bound);
        var conflict = await Should.ThrowAsync<ApplyConflictException>(applier.ApplyAsync(Map("b", ("k", "new"), ("l", "ours")), null, Bound));
        conflict.Conflicts.OrderBy(one => one.Field).ShouldBe([new("us-before", ".data.k"), new("them", ".data.l")]);
        (await Maps.GetAsync(Space, "b", Bound)).Data!["k"].ShouldBe("old");
    }

    [NeedsFact("kubernetes")]
    public async Task A_status_that_does_not_change_is_written_once_however_often_it_is_reconciled()
    {
        var type = await Gadgets.InstallAsync(Client, Bound);
        var made = await Client.For(type).CreateAsync(new() { Metadata = new() { Name = "g", Namespace = Space }, Spec = Gadgets.Json("""{"size":1}""") }, Bound);
        var applier = new Applier<CustomObject>(Client.For(type), new("us-status") { Subresource = "status", OwnsAll = true });
        CustomObject Status(string phase) => new() { Metadata = new() { Name = "g", Namespace = Space }, Status = Gadgets.Json($$"""{"phase":"{{phase}}"}""") };
        var observed = made;
        for (var i = 0; i < 20; i++)
            observed = (await applier.ApplyAsync(Status("Running"), observed, Bound)).Value;
        observed.Status!.Value.GetProperty("phase").GetString().ShouldBe("Running");
        var versions = observed.Metadata!.ResourceVersion;
        var edited = await Client.For(type).MergeAsync(Space, "g", JsonNode.Parse("""{"spec":{"size":2},"status":{"phase":"Lie"}}""")!.AsObject(), cancel: Bound);
        (edited.Metadata!.ResourceVersion != versions, edited.Metadata.Generation).ShouldBe((true, 2));
        // The edit could not touch the status, so there is nothing to write.
        (await applier.ApplyAsync(Status("Running"), edited, Bound)).Written.ShouldBeFalse();
        var failed = await applier.ApplyAsync(Status("Failed"), edited, Bound);
        (failed.Written, failed.Value.Metadata!.Generation, failed.Value.Spec!.Value.GetProperty("size").GetInt32()).ShouldBe((true, 2, 2));
    }
}
