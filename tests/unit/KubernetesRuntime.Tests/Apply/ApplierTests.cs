using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Apply;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Apply;

/// <summary>Applying against real API servers: what is written, and what is not.</summary>
public class ApplierTests(ApiServerFixture old, CrdServerFixture current) : EveryServerTests(old, current)
{
    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task What_is_as_it_should_be_is_not_written_again(string server)
    {
        await UseAsync(server);
        var applier = new Applier<CustomObject>(Objects, new("us"));
        var first = await applier.ApplyAsync(Gadget("a", ("k", "1")), null, Bound);
        first.Written.ShouldBeTrue();
        (await applier.ApplyAsync(Gadget("a", ("k", "1")), first.Value, Bound)).Written.ShouldBeFalse();
        var changed = await applier.ApplyAsync(Gadget("a", ("k", "2")), first.Value, Bound);
        (changed.Written, changed.Value.Get("k")).ShouldBe((true, "2"));
        (await applier.ApplyAsync(Gadget("a", ("k", "2")), changed.Value, Bound)).Written.ShouldBeFalse();
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task What_others_add_brings_no_write_and_what_they_take_away_does(string server)
    {
        await UseAsync(server);
        var applier = new Applier<CustomObject>(Objects, new("us") { Time = new ManualTime() });
        await applier.ApplyAsync(Gadget("a", ("k", "1")), null, Bound);
        var theirs = await Objects.MergeAsync(Space, "a", JsonNode.Parse("""{"spec":{"theirs":"x"}}""")!.AsObject(), cancel: Bound);
        (await applier.ApplyAsync(Gadget("a", ("k", "1")), theirs, Bound)).Written.ShouldBeFalse();
        var taken = await Objects.MergeAsync(Space, "a", JsonNode.Parse("""{"spec":{"k":null}}""")!.AsObject(), cancel: Bound);
        var again = await applier.ApplyAsync(Gadget("a", ("k", "1")), taken, Bound);
        (again.Written, again.Value.Spec!.Value.EnumerateObject().Count()).ShouldBe((true, 2));
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_store_that_lags_brings_no_second_write_until_it_is_believed_again(string server)
    {
        await UseAsync(server);
        var time = new ManualTime();
        var applier = new Applier<CustomObject>(Objects, new("us") { Time = time });
        await applier.ApplyAsync(Gadget("a", ("k", "1")), null, Bound);
        (await applier.ApplyAsync(Gadget("a", ("k", "1")), null, Bound)).Written.ShouldBeFalse();
        // It was deleted without anybody hearing of it.
        await Objects.DeleteAsync(Space, "a", cancel: Bound);
        time.Advance(TimeSpan.FromSeconds(11));
        (await applier.ApplyAsync(Gadget("a", ("k", "1")), null, Bound)).Written.ShouldBeTrue();
        applier.Forget(new(Space, "a"));
        applier.Remembered.ShouldBe(0);
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task An_object_made_anew_by_somebody_else_is_written_again(string server)
    {
        await UseAsync(server);
        var applier = new Applier<CustomObject>(Objects, new("us"));
        await applier.ApplyAsync(Gadget("a", ("k", "1")), null, Bound);
        await Objects.DeleteAsync(Space, "a", cancel: Bound);
        var other = await Objects.CreateAsync(Gadget("a"), Bound);
        (await applier.ApplyAsync(Gadget("a", ("k", "1")), other, Bound)).Written.ShouldBeTrue();
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task The_fields_of_an_earlier_name_of_ours_are_taken_over_and_those_of_others_are_not(string server)
    {
        await UseAsync(server);
        await Objects.ApplyAsync(Objects.Type.ToDocument(Gadget("a", ("k", "old"))), "us-before", cancel: Bound);
        var applier = new Applier<CustomObject>(Objects, new("us") { OwnManagers = ["us-before"] });
        (await applier.ApplyAsync(Gadget("a", ("k", "new")), null, Bound)).Value.Get("k").ShouldBe("new");

        await Objects.ApplyAsync(Objects.Type.ToDocument(Gadget("b", ("k", "old"))), "us-before", cancel: Bound);
        await Objects.ApplyAsync(Objects.Type.ToDocument(Gadget("b", ("l", "theirs"))), "them", cancel: Bound);
        var conflict = await Should.ThrowAsync<ApplyConflictException>(applier.ApplyAsync(Gadget("b", ("k", "new"), ("l", "ours")), null,
            Bound));
        conflict.Conflicts.OrderBy(one => one.Field).ShouldBe([new("us-before", ".spec.k"), new("them", ".spec.l")]);
        (await Objects.GetAsync(Space, "b", Bound)).Get("k").ShouldBe("old");
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_status_that_does_not_change_is_written_once_however_often_it_is_reconciled(string server)
    {
        await UseAsync(server);
        var made = await Objects.CreateAsync(new()
        {
            Metadata = new() { Name = "g", Namespace = Space },
            Spec = Gadgets.Json("""{"size":1}""")
        }, Bound);
        var applier = new Applier<CustomObject>(Objects, new("us-status") { Subresource = "status", OwnsAll = true });
        CustomObject Status(string phase) => new()
        {
            Metadata = new() { Name = "g", Namespace = Space },
            Status = Gadgets.Json($$"""{"phase":"{{phase}}"}"""),
        };
        var observed = made;
        for (var i = 0; i < 20; i++)
            observed = (await applier.ApplyAsync(Status("Running"), observed, Bound)).Value;
        observed.Status!.Value.GetProperty("phase").GetString().ShouldBe("Running");
        var versions = observed.Metadata!.ResourceVersion;
        var edited = await Objects.MergeAsync(Space, "g", JsonNode.Parse("""{"spec":{"size":2},"status":{"phase":"Lie"}}""")!.AsObject(),
            cancel: Bound);
        (edited.Metadata!.ResourceVersion != versions, edited.Metadata.Generation).ShouldBe((true, 2));
        // The edit could not touch the status, so there is nothing to write.
        (await applier.ApplyAsync(Status("Running"), edited, Bound)).Written.ShouldBeFalse();
        var failed = await applier.ApplyAsync(Status("Failed"), edited, Bound);
        (failed.Written, failed.Value.Metadata!.Generation, failed.Value.Spec!.Value.GetProperty("size").GetInt32()).ShouldBe((true, 2, 2));
    }
}

/// <summary>What only a server of the built-in kinds can show.</summary>
public class ServerSpellingTests(ApiServerFixture fixture) : ApiServerTests(fixture)
{
    [NeedsFact("kubernetes")]
    public async Task What_the_server_spells_its_own_way_is_not_written_again()
    {
        await Client.For(Resources.ServiceAccounts).CreateAsync(new() { Metadata = new() { Name = "default", Namespace = Space } }, Bound);
        var pods = Client.For(Resources.Pods);
        var applier = new Applier<Pod>(pods, new("us"));
        var pod = new Pod
        {
            Metadata = new() { Name = "p", Namespace = Space },
            Spec = new()
            {
                AutomountServiceAccountToken = false,
                Containers = [new()
                {
                    Name = "c",
                    Image = "i",
                    Resources = new() { Limits = new Dictionary<string, string> { ["cpu"] = "1000m", ["memory"] = "1024Mi" } },
                }],
            },
        };
        (await applier.ApplyAsync(pod, null, Bound)).Value.Spec!.Containers![0].Resources!.Limits!["cpu"].ShouldBe("1");
        // The pod's status moves, and with it the version: the spec is as it was.
        var moved = await pods.MergeAsync(Space, "p", JsonNode.Parse("""{"status":{"phase":"Running"}}""")!.AsObject(), "status", Bound);
        (await applier.ApplyAsync(pod, moved, Bound)).Written.ShouldBeFalse();
    }
}
