using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

public class ObjectTests
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.FromHours(2));

    [Fact]
    public void A_lease_renewal_has_six_digits_and_any_other_time_whole_seconds()
    {
        var lease = Resources.Leases.ToDocument(new()
        {
            Metadata = new() { Name = "x", CreationTimestamp = Moment },
            Spec = new() { RenewTime = Moment },
        });
        lease["spec"]!["renewTime"]!.GetValue<string>().ShouldBe("2026-03-04T03:06:07.089000Z");
        lease["metadata"]!["creationTimestamp"]!.GetValue<string>().ShouldBe("2026-03-04T03:06:07Z");
    }

    [Fact]
    public void A_document_names_its_kind_and_holds_no_null()
    {
        Resources.ConfigMaps.ToDocument(new() { Metadata = new() { Name = "x" } }).ToJsonString()
            .ShouldBe("""{"metadata":{"name":"x"},"apiVersion":"v1","kind":"ConfigMap"}""");
    }

    [Fact]
    public void Names_with_capitals_at_their_end_are_spelled_as_the_server_spells_them()
    {
        var service = Resources.Services.ToDocument(new()
        {
            Spec = new() { ClusterIP = "None", Ports = [new() { Port = 1, TargetPort = "http" }] },
        });
        service["spec"]!.ToJsonString().ShouldBe("""{"clusterIP":"None","ports":[{"port":1,"targetPort":"http"}]}""");
        var pod = JsonSerializer.Deserialize(
            """{"spec":{"containers":null},"status":{"podIP":"10.0.0.1","hostIP":"10.0.0.2","containerStatuses":[{"name":"a","imageID":"i","unheard":1}]}}""", Resources.Pods.Json)!;
        (pod.Status!.PodIP, pod.Status.HostIP, pod.Status.ContainerStatuses![0].ImageId).ShouldBe(("10.0.0.1", "10.0.0.2", "i"));
        Resources.Pods.ToDocument(new()
        {
            Spec = new()
            {
                Volumes = [new() { Name = "v",
            DownwardAPI = JsonDocument.Parse("{}").RootElement }]
            }
        })["spec"]!.ToJsonString()
            .ShouldBe("""{"volumes":[{"name":"v","downwardAPI":{}}]}""");
    }

    [Fact]
    public void A_secret_is_never_printed()
    {
        var secret = new Secret
        {
            Metadata = new() { Name = "x", Namespace = "n" },
            Data = new Dictionary<string,
            byte[]>
            { ["key"] = [1, 2, 3] },
        };
        $"{secret}".ShouldBe("Secret n/x");
        Resources.Secrets.ToDocument(secret)["data"]!["key"]!.GetValue<string>().ShouldBe("AQID");
    }

    [Fact]
    public void A_condition_that_did_not_change_keeps_its_time_and_the_list_is_equal()
    {
        IReadOnlyList<Condition>? none = null;
        var first = none.With(new() { Type = "Ready", Status = "True", Reason = "Ok", ObservedGeneration = 1 }, Moment);
        var again = first.With(new() { Type = "Ready", Status = "True", Reason = "Ok", ObservedGeneration = 1 }, Moment.AddHours(1));
        again.ShouldBe(first);
        var other = again.With(new() { Type = "Ready", Status = "True", Reason = "Better", ObservedGeneration = 2 }, Moment.AddHours(1));
        other[0].LastTransitionTime.ShouldBe(first[0].LastTransitionTime);
        other.With(new() { Type = "Ready", Status = "False" },
            Moment.AddHours(1))[0].LastTransitionTime.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(Moment.AddHours(1).ToUnixTimeSeconds()));
    }

    [Fact]
    public void A_name_in_a_namespaced_kind_needs_its_namespace_and_is_escaped()
    {
        Should.Throw<ArgumentException>(() => Resources.Pods.Path(null, "x")).Message.ShouldContain("pods live in namespaces");
        Resources.Leases.Path("a/b", "c?d", "status").ShouldBe("/apis/coordination.k8s.io/v1/namespaces/a%2Fb/leases/c%3Fd/status");
        Resources.Pods.Path(null).ShouldBe("/api/v1/pods");
        Resources.Nodes.Path("ignored", "n").ShouldBe("/api/v1/nodes/n");
    }

    [Fact]
    public void A_minor_version_with_a_plus_is_a_number() => new ServerVersion { Minor = "27+" }.MinorNumber.ShouldBe(27);

    [Fact]
    public void Keys_are_ordered_by_namespace_then_name()
    {
        ObjectKey[] keys = [new("b", "a"), new("a", "b"), new("a", "a")];
        keys.Order().Select(key => key.ToString()).ShouldBe(["a/a", "a/b", "b/a"]);
    }
}
