using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Crds.Tests.Server;

/// <summary>Our client and our kinds at a current API server: applying, its conflicts, and watching.</summary>
[Collection(CrdServerCollection.Name)]
public sealed class ApplyTests(CrdServerFixture fixture)
{
    [NeedsFact("crdserver")]
    public async Task Two_managers_share_a_pipeline_by_operators_and_meet_in_one_field()
    {
        using var client = Client();
        var pipelines = client.For(CrdResources.MediaPipelines);
        await pipelines.ApplyAsync(Named("shared"), "alice");
        var scaled = JsonNode.Parse("""
            {"apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaPipeline", "metadata": {"name": "shared", "namespace": "default"},
             "spec": {"operators": [{"name": "sink", "image": "x", "maxReplicas": 8}]}}
            """)!.AsObject();
        var both = await pipelines.ApplyAsync(scaled, "bob");
        both.Spec!.Value.GetProperty("operators").EnumerateArray().Select(one => one.GetProperty("name").GetString())
            .ShouldBe(["generate", "sink"]);
        scaled["spec"]!["operators"]![0]!["image"] = "y";
        var conflict = await Should.ThrowAsync<ApplyConflictException>(pipelines.ApplyAsync(scaled, "bob"));
        conflict.Conflicts.ShouldBe([new("alice", ".spec.operators[name=\"sink\"].image")]);
        var forced = await pipelines.ApplyAsync(scaled, "bob", force: true);
        forced.Spec!.Value.GetProperty("operators")[1].GetProperty("image").GetString().ShouldBe("y");
    }

    [NeedsFact("crdserver")]
    public async Task A_watch_tells_of_changes_and_brings_bookmarks()
    {
        using var client = Client();
        var pipelines = client.For(CrdResources.MediaPipelines);
        var list = await pipelines.ListAsync("default");
        await pipelines.ApplyAsync(Named("watched"), "alice");
        var told = new List<WatchEvent<KubernetesRuntime.Objects.CustomObject>>();
        // Two seconds before it ends a watch, a server that is not too busy sends a bookmark, if anything has happened at all since the
        // first watch.
        for (var rounds = 0; rounds < 20 && told.All(one => one.Kind != WatchKind.Bookmark); rounds++)
            await foreach (var one in pipelines.WatchAsync("default", list.ResourceVersion,
                bounds: new(TimeSpan.FromSeconds(4 + rounds), TimeSpan.FromMinutes(1))))
            {
                if (one.Value?.Metadata?.Name == "watched")
                    await pipelines.ApplyAsync(Named($"later-{rounds}"), "alice");
                told.Add(one);
            }
        told.ShouldContain(one => one.Kind == WatchKind.Added && one.Value!.Metadata!.Name == "watched");
        told.ShouldContain(one => one.Kind == WatchKind.Added && one.Value!.Metadata!.Name == "later-0");
        told.ShouldContain(one => one.Kind == WatchKind.Bookmark);
    }

    private ApiClient Client() => new(ClusterConnection.Find(fixture.Server.Kubeconfig));

    private static JsonObject Named(string name)
    {
        var document = Documents.Small();
        (document["metadata"]!["name"], document["metadata"]!["namespace"]) = (name, "default");
        return document;
    }
}
