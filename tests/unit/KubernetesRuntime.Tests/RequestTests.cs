using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>The client against the real API server.</summary>
public class RequestTests(ApiServerFixture fixture) : ApiServerTests(fixture)
{
    private ResourceClient<ConfigMap> Maps => Client.For(Resources.ConfigMaps);

    [NeedsFact("kubernetes")]
    public async Task An_object_is_created_read_replaced_and_deleted()
    {
        var made = await Maps.CreateAsync(Map("one", ("a", "1")), Bound);
        made.Metadata!.Uid.ShouldNotBeNullOrEmpty();
        var changed = await Maps.ReplaceAsync(made with { Data = new Dictionary<string, string> { ["a"] = "2" } }, Bound);
        (await Maps.GetAsync(Space, "one", Bound)).Data!["a"].ShouldBe("2");

        var stale = await Should.ThrowAsync<ApiException>(Maps.ReplaceAsync(made, Bound));
        (stale.IsConflict, stale.Verb, stale.Resource, stale.Target, stale.Reason)
            .ShouldBe((true, "update", "configmaps", $"{Space}/one", ApiReason.Conflict));
        stale.Message.ShouldStartWith($"update configmaps {Space}/one: Conflict (409): ");

        (await Should.ThrowAsync<ApiException>(Maps.DeleteAsync(Space, "one", new(Uid: "another"), Bound))).IsConflict.ShouldBeTrue();
        (await Maps.DeleteAsync(Space, "one", new(Uid: changed.Metadata!.Uid), Bound)).ShouldBeTrue();
        (await Maps.DeleteAsync(Space, "one", cancel: Bound)).ShouldBeFalse();
        (await Maps.FindAsync(Space, "one", Bound)).ShouldBeNull();
    }

    [NeedsFact("kubernetes")]
    public async Task A_failure_is_told_apart_by_its_reason()
    {
        (await Should.ThrowAsync<ApiException>(Maps.GetAsync(Space, "none", Bound))).IsNotFound.ShouldBeTrue();
        await Maps.CreateAsync(Map("two"), Bound);
        var twice = await Should.ThrowAsync<ApiException>(Maps.CreateAsync(Map("two"), Bound));
        (twice.IsAlreadyExists, twice.IsConflict).ShouldBe((true, false));
        var invalid = await Should.ThrowAsync<ApiException>(Maps.CreateAsync(Map("Not A Name"), Bound));
        (invalid.Reason, invalid.Code, invalid.Status!.Details!.Causes![0].Field)
            .ShouldBe((ApiReason.Invalid, HttpStatusCode.UnprocessableEntity, "metadata.name"));
    }

    [NeedsFact("kubernetes")]
    public async Task A_long_list_comes_page_by_page_and_is_of_one_moment()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), Bound, async (index, token) => await Maps.CreateAsync(Map($"m{index:00}") with
        {
            Metadata = new()
            {
                Name = $"m{index:00}",
                Namespace = Space,
                Labels = new Dictionary<string,
                string>
                { ["half"] = index % 2 == 0 ? "even" : "odd" },
            },
        }, token));
        var first = await Maps.ListPageAsync(Space, null, 25, null, Bound);
        (first.Items.Count, first.Continue is null).ShouldBe((25, false));
        await Maps.DeleteAsync(Space, "m59", cancel: Bound);
        var second = await Maps.ListPageAsync(Space, null, 25, first.Continue, Bound);
        var third = await Maps.ListPageAsync(Space, null, 25, second.Continue, Bound);
        // The map that went after the first page still stands in the last, with the version of the first.
        third.Items.Select(map => map.Metadata!.Name).ShouldContain("m59");
        third.ResourceVersion.ShouldBe(first.ResourceVersion);
        (await Maps.ListAsync(Space, new(Labels: "half=even"), Bound)).Items.Count.ShouldBe(30);
        (await Maps.ListAsync(Space, new(Fields: "metadata.name=m07"), Bound)).Items.Count.ShouldBe(1);
    }

    [NeedsFact("kubernetes")]
    public async Task A_watch_tells_what_happens_and_ends_when_the_server_ends_it()
    {
        var start = await Maps.ListAsync(Space, cancel: Bound);
        var map = await Maps.CreateAsync(Map("w", ("a", "1")), Bound);
        map = await Maps.ReplaceAsync(map with { Data = new Dictionary<string, string> { ["a"] = "2" } }, Bound);
        await Maps.DeleteAsync(Space, "w", cancel: Bound);
        var events = new List<WatchEvent<ConfigMap>>();
        var bounds = new WatchBounds(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        await foreach (var happened in Maps.WatchAsync(Space, start.ResourceVersion, bounds: bounds, cancel: Bound))
            events.Add(happened);
        events.Where(one => one.Value?.Metadata!.Name == "w").Select(one => one.Kind)
            .ShouldBe([WatchKind.Added, WatchKind.Modified, WatchKind.Deleted]);
        events.Single(one => one.Value?.Metadata!.Name == "w" && one.Kind == WatchKind.Modified).Value!.Data!["a"].ShouldBe("2");
    }

    [NeedsFact("kubernetes")]
    public async Task Apply_leaves_the_fields_of_others_alone_and_takes_its_own_back()
    {
        await Maps.CreateAsync(Map("shared", ("theirs", "1")), Bound);
        JsonObject Ours(params (string, string)[] data) => Resources.ConfigMaps.ToDocument(Map("shared", data));
        (await Maps.ApplyAsync(Ours(("ours", "1"), ("more", "1")), "us", cancel: Bound)).Data!.Keys.Order()
            .ShouldBe(["more", "ours", "theirs"]);
        (await Maps.ApplyAsync(Ours(("ours", "2")), "us", cancel: Bound)).Data!.Keys.Order().ShouldBe(["ours", "theirs"]);
    }

    [NeedsFact("kubernetes")]
    public async Task A_conflict_of_apply_names_managers_and_fields_and_changes_nothing()
    {
        await Maps.ApplyAsync(Resources.ConfigMaps.ToDocument(Map("disputed", ("a", "1"))), "them", cancel: Bound);
        var conflict = await Should.ThrowAsync<ApplyConflictException>(
            Maps.ApplyAsync(Resources.ConfigMaps.ToDocument(Map("disputed", ("a", "2"), ("b", "2"))), "us", cancel: Bound));
        conflict.Conflicts.ShouldBe([new("them", ".data.a")]);
        conflict.Message.ShouldBe($"apply configmaps {Space}/disputed: conflicts with them about .data.a");
        (await Maps.GetAsync(Space, "disputed", Bound)).Data!.ShouldBe(new Dictionary<string, string> { ["a"] = "1" });
        (await Maps.ApplyAsync(Resources.ConfigMaps.ToDocument(Map("disputed", ("a", "2"))), "us", force: true, cancel: Bound))
            .Data!["a"].ShouldBe("2");
    }

    [NeedsFact("kubernetes")]
    public async Task Status_is_written_on_its_subresource_and_leaves_the_spec_alone()
    {
        var pods = Client.For(Resources.Pods);
        await Client.For(Resources.ServiceAccounts).CreateAsync(new() { Metadata = new() { Name = "default", Namespace = Space } }, Bound);
        await pods.CreateAsync(new()
        {
            Metadata = new() { Name = "p", Namespace = Space },
            Spec = new() { AutomountServiceAccountToken = false, Containers = [new() { Name = "c", Image = "i" }] }
        }, Bound);
        var patch = JsonNode.Parse("""{"status":{"phase":"Running","podIP":"10.1.2.3"},"spec":{"activeDeadlineSeconds":5}}""")!.AsObject();
        var pod = await pods.MergeAsync(Space, "p", patch, "status", Bound);
        (pod.Status!.Phase, pod.Status.PodIP, pod.Spec!.ActiveDeadlineSeconds).ShouldBe(("Running", "10.1.2.3", (long?)null));
    }

    [NeedsFact("kubernetes")]
    public async Task The_client_knows_what_the_server_serves()
    {
        (await Client.GetVersionAsync(Bound)).MinorNumber.ShouldBe(20);
        (await Client.ServesAsync(Resources.PodDisruptionBudgets, Bound)).ShouldBeFalse();
        (await Client.ServesAsync(Resources.PodDisruptionBudgets.At("v1beta1"), Bound)).ShouldBeTrue();
        (await Client.ServesAsync(Resources.Pods, Bound)).ShouldBeTrue();
        (await Client.ServesAsync(Resources.Custom("nobody.example", "v1", "nothings", "Nothing"), Bound)).ShouldBeFalse();
    }

    [NeedsFact("kubernetes")]
    public async Task Every_kind_of_the_room_is_written_and_read_back_as_it_was()
    {
        var meta = new ObjectMeta { Name = "all", Namespace = Space };
        await RoundTrip(Resources.Services, new()
        {
            Metadata = meta,
            Spec = new()
            {
                ClusterIP = "None",
                Ports = [new() { Name = "link", Port = 7420, TargetPort = "link", Protocol = "TCP" }],
                Selector = Labels(),
            },
        });
        await RoundTrip(Resources.Secrets, new()
        {
            Metadata = meta,
            Type = "Opaque",
            Data = new Dictionary<string,
            byte[]>
            { ["k"] = [0, 255] },
        });
        await RoundTrip(Resources.PodDisruptionBudgets.At("v1beta1"), new()
        {
            Metadata = meta,
            Spec = new() { MinAvailable = 1, Selector = new() { MatchLabels = Labels() } },
        });
        await RoundTrip(Resources.NetworkPolicies, new()
        {
            Metadata = meta,
            Spec = new()
            {
                PodSelector = new() { MatchLabels = Labels() },
                PolicyTypes = ["Ingress"],
                Ingress = [new() { From = [new() { NamespaceSelector = new() { MatchLabels = Labels() } }], Ports = [new(8080, "TCP")] }],
            },
        });
        await RoundTrip(Resources.Leases, new()
        {
            Metadata = meta,
            Spec = new()
            {
                HolderIdentity = "me",
                LeaseDurationSeconds = 15,
                RenewTime = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
                LeaseTransitions = 3,
            },
        });
        await RoundTrip(Resources.ServiceAccounts, new() { Metadata = meta, AutomountServiceAccountToken = false });
        await RoundTrip(Resources.Events, new()
        {
            Metadata = meta,
            InvolvedObject = new() { Kind = "Pod", Name = "x", Namespace = Space },
            Type = "Normal",
            Reason = "R",
            Message = "M",
            Count = 2,
            LastTimestamp = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
            Source = new("us"),
        });
    }

    private static Dictionary<string, string> Labels() => new() { ["app"] = "x" };

    private async Task RoundTrip<T>(ResourceType<T> type, T value)
        where T : class, IKubernetesObject
    {
        var written = type.ToDocument(value);
        var read = type.ToDocument(await Client.For(type).CreateAsync(value, Bound));
        foreach (var part in written.Where(part => part.Key != "metadata"))
            Same(part.Value!, read[part.Key], $"{type.Kind}.{part.Key}");
    }

    private static void Same(JsonNode written, JsonNode? read, string path)
    {
        if (written is JsonObject fields)
            fields.ToList().ForEach(field => Same(field.Value!, read?[field.Key], $"{path}.{field.Key}"));
        else if (written is JsonArray items)
            Enumerable.Range(0, items.Count).ToList().ForEach(index => Same(items[index]!, read?[index], $"{path}[{index}]"));
        else
            read?.ToJsonString().ShouldBe(written.ToJsonString(), path);
        read.ShouldNotBeNull(path);
    }
}
