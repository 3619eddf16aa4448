using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>
/// Which container of a pod starts first, and which ends first, is nobody's to choose on servers without native sidecars.
/// </summary>
public sealed class OrderCases(ITestOutputHelper output) : FlowCase(output)
{
    private const string Sidecar = "sidecar", Analyse = "analyse";

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_media_operator_that_starts_long_after_its_sidecar_and_is_not_told_of_the_end_loses_nothing()
    {
        using var flow = NewFlow();
        flow.Apply(Variants.Reluctant(flow.Space));
        Wait.Until("the sidecars run", () => flow.Pods().Count(pod => pod.Container(Sidecar)?.StartedAt is not null) == 3, flow.Describe);
        Wait.Until("the other pods are ready", () => Columns(flow).Contains("2/3", StringComparison.Ordinal), flow.Describe);
        flow.Seen.ShouldBe(0);
        File.WriteAllText(Path.Combine(flow.Records, Variants.Gate), "");
        flow.AwaitFrames(25);
        var pod = flow.PodOf(Analyse);
        flow.Disturb("pod deleted, its sidecar alone told", () => flow.Replace(pod));
        flow.ShouldBeWhole("sidecar first");
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void A_media_operator_that_starts_long_before_its_sidecar_and_ends_before_it_loses_nothing()
    {
        using var flow = NewFlow().Start();
        var pod = flow.PodOf(Analyse);
        flow.Disturb("sidecar kept down, media operator started meanwhile", () =>
        {
            // The kubelet starts what ends twice again only after 10 s, and each time later: the sidecar is down meanwhile.
            NodeProcess.Kill(pod, "media-operator analyse");
            Wait.Until("analyse is started again", () => KillSidecar(pod) && Restarted(flow, Analyse) is not null, flow.Describe);
            AwaitSidecarAfterAnalyse(flow, pod);
        });
        flow.PodOf(Analyse).Uid.ShouldBe(pod.Uid);
        // The media operator hears SIGTERM and ends at once; its sidecar drains.
        flow.Disturb("pod deleted, both told", () => flow.Replace(pod));
        flow.ShouldBeWhole("media operator first");
    }

    /// <summary>
    /// The sidecar may still have been first by a moment. A start that is seen is ended once: what runs later is not seen yet, and may be
    /// the one that is waited for.
    /// </summary>
    private static void AwaitSidecarAfterAnalyse(Flow flow, Pod pod)
    {
        DateTime? ended = null;
        Wait.Until("the sidecar is started after it", () =>
        {
            if (Restarted(flow, Sidecar) is not { } sidecar || Restarted(flow, Analyse) is not { } analyse)
                return false;
            if (sidecar <= analyse && sidecar != ended)
                KillSidecar(pod);
            ended = sidecar;
            return sidecar > analyse;
        }, flow.Describe);
    }

    private static bool KillSidecar(Pod pod)
    {
        foreach (var found in NodeProcess.Of(pod.Uid, "k8smediaflow-sidecar"))
            NodeProcess.Signal("KILL", found);
        return true;
    }

    /// <summary>When a container that has been restarted was started; null where it has not been, or does not run.</summary>
    private static DateTime? Restarted(Flow flow, string container) =>
        flow.PodOf(Analyse).Container(container) is { Restarts: > 0 } one ? one.StartedAt : null;

    private static string Columns(Flow flow) => flow.Kubectl.Run("get", "mediapipelines", "-n", flow.Space, "--no-headers");
}
