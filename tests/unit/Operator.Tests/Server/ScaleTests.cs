using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Server;

public class ScaleTests(ControlledServer server) : ServerTests(server)
{
    [NeedsFact("kubernetes")]
    public async Task Where_the_pipeline_leaves_replicas_open_a_scale_makes_pods_and_takes_them_away()
    {
        await ApplyAsync(Pipelines.Live, document =>
        {
            document["spec"]!["operators"]![1]!.AsObject().Remove("replicas");
        });
        await AllAsync(Resources.Pods, all => all.Count == 3);
        Server.Kubectl("scale", "-n", Space, "mediaoperator/live-analyse", "--replicas=3");
        var three = await AllAsync(Resources.Pods, all => all.Count(pod => pod.Label(WellKnownLabels.Unit) == "analyse") == 3);
        Server.Kubectl("scale", "-n", Space, "mediaoperator/live-analyse", "--replicas=1");
        var one = await AllAsync(Resources.Pods,
            all => all.Count(pod => pod.Label(WellKnownLabels.Unit) == "analyse" && pod.Metadata!.DeletionTimestamp is null) == 1);
        var left = one.Single(pod => pod.Label(WellKnownLabels.Unit) == "analyse" && pod.Metadata!.DeletionTimestamp is null);
        left.Label(WellKnownLabels.Ordinal).ShouldBe("0");
        three.Select(pod => pod.Metadata!.Uid).ShouldContain(left.Metadata!.Uid, "the pod that stays is the one that was there");
    }

    [NeedsFact("kubernetes")]
    public async Task Where_the_pipeline_says_a_number_a_scale_is_undone_with_an_Event()
    {
        await ApplyAsync(Pipelines.Live);
        await AllAsync(Resources.Pods, all => all.Count == 4);
        Server.Kubectl("scale", "-n", Space, "mediaoperator/live-analyse", "--replicas=1");
        await UntilAsync(async () => (await Client.For(CrdResources.MediaOperators).GetAsync(Space, "live-analyse", Bound))
            .Spec.Replicas == 2, () => "the scale stands");
        await UntilAsync(async () => (await Client.For(Resources.Events).ListAsync(Space, null, Bound))
            .Items.Any(one => one.Reason == "ScaleUndone"), () => "no Event tells it");
        (await AllAsync(Resources.Pods)).Count(pod => pod.Metadata!.DeletionTimestamp is null).ShouldBe(4);
    }

    [NeedsFact("kubernetes")]
    public async Task A_number_that_is_taken_out_of_the_pipeline_stays_until_somebody_scales()
    {
        await ApplyAsync(Pipelines.Live);
        await AllAsync(Resources.Pods, all => all.Count == 4);
        var edited = await ApplyAsync(Pipelines.Live, document => document["spec"]!["operators"]![1]!.AsObject().Remove("replicas"));
        await StatusAsync("live", status => status.ObservedGeneration == edited.Metadata!.Generation);
        await UntilAsync(async () => (await Client.For(CrdResources.MediaOperators).GetAsync(Space, "live-analyse", Bound))
            .Annotation(WellKnownLabels.ReplicasFrom) == "Scale", () => "not handed over");
        (await Client.For(CrdResources.MediaOperators).GetAsync(Space, "live-analyse", Bound)).Spec.Replicas.ShouldBe(2);
        Server.Kubectl("scale", "-n", Space, "mediaoperator/live-analyse", "--replicas=3");
        await AllAsync(Resources.Pods, all => all.Count(pod => pod.Label(WellKnownLabels.Unit) == "analyse") == 3);
    }

    [NeedsFact("kubernetes")]
    public async Task A_scale_to_0_takes_all_pods_away_and_one_back_up_makes_them_again()
    {
        await ApplyAsync(Pipelines.Live, document => document["spec"]!["operators"]![1]!.AsObject().Remove("replicas"));
        await AllAsync(Resources.Pods, all => all.Count == 3);
        var before = (await AllAsync(Resources.Secrets)).Single(one => one.Metadata!.Name == "live-analyse-kmf");
        Server.Kubectl("scale", "-n", Space, "mediaoperator/live-analyse", "--replicas=0");
        await AllAsync(Resources.Pods, all => all.All(pod => pod.Label(WellKnownLabels.Unit) != "analyse"
            || pod.Metadata!.DeletionTimestamp is not null));
        var status = await StatusAsync("live",
            one => one.Pods.Count == 2 && one.Operators.Any(node => node is { Name: "analyse", Replicas: 0 }));
        status.Edges.Where(edge => edge.Name.Contains("analyse", StringComparison.Ordinal))
            .ShouldAllBe(edge => edge.Reason!.StartsWith("operator 'analyse' is scaled to 0", StringComparison.Ordinal));
        (await AllAsync(Resources.PodDisruptionBudgets.At("v1beta1"), all => all.Count == 2))
            .ShouldNotContain(one => one.Label(WellKnownLabels.Unit) == "analyse");
        // What its pods are known by stays: neighbours keep waiting for them.
        (await AllAsync(Resources.Secrets)).Single(one => one.Metadata!.Name == "live-analyse-kmf")
            .Data!["token-analyse-0"].ShouldBe(before.Data!["token-analyse-0"]);
        Server.Kubectl("scale", "-n", Space, "mediaoperator/live-analyse", "--replicas=2");
        await AllAsync(Resources.Pods, all => all.Count(pod => pod.Label(WellKnownLabels.Unit) == "analyse"
            && pod.Metadata!.DeletionTimestamp is null) == 2);
    }
}
