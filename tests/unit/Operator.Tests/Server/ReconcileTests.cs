using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Primitives.Certificates;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Server;

public class ReconcileTests(ControlledServer server) : ServerTests(server)
{
    [NeedsFact("kubernetes")]
    public async Task An_applied_pipeline_becomes_its_objects_and_says_so()
    {
        var stored = await ApplyAsync(Pipelines.Live);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 4);
        pods.Select(pod => pod.Label(WellKnownLabels.Pod)).Order(StringComparer.Ordinal)
            .ShouldBe(["live-analyse-0", "live-analyse-1", "live-ingest-0", "live-studio-0"]);
        pods.ShouldAllBe(pod => pod.Metadata!.ControllerOwner!.Kind == (pod.Label(WellKnownLabels.Unit) == "studio"
            ? "MediaPipeline"
            : "MediaOperator"));
        (await AllAsync(CrdResources.MediaOperators)).Count.ShouldBe(4);
        (await AllAsync(Resources.Secrets)).Count.ShouldBe(3);
        (await AllAsync(Resources.ConfigMaps)).Count.ShouldBe(4);
        (await AllAsync(Resources.Services)).Single().Spec!.Type.ShouldBe("LoadBalancer");
        (await AllAsync(Resources.PodDisruptionBudgets.At("v1beta1"))).Count.ShouldBe(3);
        (await AllAsync(Resources.NetworkPolicies)).Count.ShouldBe(2);

        var status = await StatusAsync("live", one => one.Pods.Count == 4);
        (status.ObservedGeneration, status.Phase, status.ReadyPods, status.ReadyOperators)
            .ShouldBe((stored.Metadata!.Generation, PipelinePhase.Pending, "0/4", "0/4"));
        status.Conditions.Find("Accepted")!.Status.ShouldBe("True");
        status.Conditions.Find("Ready")!.Reason.ShouldBe("PodsPending");
        status.Pods.Select(pod => $"{pod.Name}-{pod.Incarnation}").ShouldBe(pods.Select(pod => pod.Metadata!.Name!), ignoreOrder: true);
    }

    [NeedsFact("kubernetes")]
    public async Task The_certificate_of_a_unit_names_its_media_operators_and_is_the_authoritys()
    {
        await ApplyAsync(Pipelines.Live);
        var secrets = await AllAsync(Resources.Secrets, all => all.Count == 3);
        var studio = secrets.Single(secret => secret.Metadata!.Name == "live-studio-kmf");
        string Text(string key) => Encoding.UTF8.GetString(studio.Data![key]);
        var identity = TlsIdentity.FromPem(Text("tls.crt"), Text("tls.key"), Text("ca.crt"));
        IdentityChecks.Check(identity.Certificate, identity.Authorities, [$"k8smediaflow://{Space}/live/overlay"]).Accepted.ShouldBeTrue();
        IdentityChecks.Check(identity.Certificate, identity.Authorities, [$"k8smediaflow://{Space}/live/encode"]).Accepted.ShouldBeTrue();
        IdentityChecks.Check(identity.Certificate, identity.Authorities, [ControllerIdentity.Uri]).Accepted.ShouldBeFalse();
        studio.Data!.Keys.Where(key => key.StartsWith("token-", StringComparison.Ordinal))
            .ShouldBe(["token-encode-0", "token-overlay-0"], ignoreOrder: true);
    }

    [NeedsFact("kubernetes")]
    public async Task A_refused_pipeline_makes_nothing_and_says_why()
    {
        await ApplyAsync(Pipelines.Pair, document => document["spec"]!["edges"]![0]!["to"] = "sinc.video");
        var status = await StatusAsync("pair", one => one.Conditions.Count > 0);
        var accepted = status.Conditions.Find("Accepted")!;
        (accepted.Status, accepted.Reason).ShouldBe(("False", "UnknownOperator"));
        accepted.Message!.ShouldContain("sinc");
        status.Conditions.Find("Ready")!.Reason.ShouldBe("NotAccepted");
        status.Conditions.Find("Stalled")!.Status.ShouldBe("True");
        (await AllAsync(Resources.Pods)).ShouldBeEmpty();
        (await AllAsync(CrdResources.MediaOperators)).ShouldBeEmpty();
    }

    [NeedsFact("kubernetes")]
    public async Task An_invalid_edit_leaves_everything_as_it_is_and_a_lost_pod_is_still_replaced()
    {
        await ApplyAsync(Pipelines.Pair);
        var before = await AllAsync(Resources.Pods, all => all.Count == 2);
        var edited = await ApplyAsync(Pipelines.Pair, document => document["spec"]!["operators"]![1]!["inputs"]![0]!["name"] = "sound");
        var status = await StatusAsync("pair", one => one.ObservedGeneration == edited.Metadata!.Generation);
        (status.Conditions.Find("Accepted")!.Status, status.Conditions.Find("Accepted")!.ObservedGeneration)
            .ShouldBe(("False", edited.Metadata!.Generation));
        status.Conditions.Find("Ready")!.ObservedGeneration.ShouldBe(1);
        (await AllAsync(Resources.Pods)).Select(pod => pod.Metadata!.Uid)
            .ShouldBe(before.Select(pod => pod.Metadata!.Uid), ignoreOrder: true);

        await Client.For(Resources.Pods).DeleteAsync(Space, before[0].Metadata!.Name!, new(GracePeriodSeconds: 0), Bound);
        var after = await AllAsync(Resources.Pods, all => all.Count == 2 && all.All(pod => pod.Metadata!.Uid != before[0].Metadata!.Uid));
        after.Single(pod => pod.Label(WellKnownLabels.Pod) == before[0].Label(WellKnownLabels.Pod)).Annotation(WellKnownLabels.TemplateHash)
            .ShouldBe(before[0].Annotation(WellKnownLabels.TemplateHash));
    }

    [NeedsFact("kubernetes")]
    public async Task What_an_edit_takes_out_is_pruned()
    {
        await ApplyAsync(Pipelines.Live);
        await AllAsync(Resources.Pods, all => all.Count == 4);
        await ApplyAsync(Pipelines.Live, document =>
        {
            var spec = document["spec"]!.AsObject();
            spec.Remove("groups");
            spec["operators"]!.AsArray().RemoveAt(3);
            spec["edges"]!.AsArray().RemoveAt(2);
            spec["operators"]![0]!.AsObject().Remove("service");
            spec["operators"]![2]!.AsObject().Remove("outputs");
        });
        await AllAsync(Resources.Pods, all => all.Select(pod => pod.Label(WellKnownLabels.Pod)).Order(StringComparer.Ordinal)
            .SequenceEqual(["live-analyse-0", "live-analyse-1", "live-ingest-0", "live-overlay-0"]));
        await AllAsync(Resources.Services, all => all.Count == 0);
        await AllAsync(CrdResources.MediaOperators, all => all.Count == 3);
        await AllAsync(Resources.Secrets,
            all => all.Select(one => one.Metadata!.Name).Order(StringComparer.Ordinal)
            .SequenceEqual(["live-analyse-kmf", "live-ingest-kmf", "live-overlay-kmf"]));
    }

    [NeedsFact("kubernetes")]
    public async Task A_field_that_somebody_else_sets_is_taken_back()
    {
        await ApplyAsync(Pipelines.Live);
        await AllAsync(Resources.Services, all => all.Count == 1);
        await Client.For(Resources.Services)
            .MergeAsync(Space, "live-ingest", JsonNode.Parse("""{"spec": {"selector": {"k8smediaflow.io/unit": "other"}}}""")!.AsObject(),
            cancel: Bound);
        await AllAsync(Resources.Services, all => all.Single().Spec!.Selector!["k8smediaflow.io/unit"] == "ingest");
        await UntilAsync(async () => (await Client.For(Resources.Events).ListAsync(Space, null, Bound))
            .Items.Any(one => one.Reason == "FieldTakenBack"), () => "no Event tells it");
    }

    [NeedsFact("kubernetes")]
    public async Task An_object_of_somebody_else_is_left_alone_and_named()
    {
        await Client.For(CrdResources.MediaOperators).CreateAsync(new()
        {
            ApiVersion = MediaOperator.ApiVersionValue,
            Kind = MediaOperator.KindValue,
            Metadata = new()
            {
                Name = "pair-sink",
                Namespace = Space,
                OwnerReferences = [new()
                {
                    ApiVersion = "v1",
                    Kind = "ConfigMap",
                    Name = "x",
                    Uid = "1b4db7eb-4057-5ddf-91e0-36dec72071f5",
                    Controller = true,
                }],
            },
            Spec = new() { Pipeline = "other", Operator = "sink" },
        }, Bound);
        await ApplyAsync(Pipelines.Pair);
        var status = await StatusAsync("pair", one => one.Conditions.IsTrue("Stalled"));
        status.Conditions.Find("Stalled")!.Reason.ShouldBe("NameTaken");
        status.Conditions.Find("Stalled")!.Message!.ShouldContain("pair-sink");
        (await Client.For(CrdResources.MediaOperators).GetAsync(Space, "pair-sink", Bound)).Spec.Pipeline.ShouldBe("other");
    }
}
