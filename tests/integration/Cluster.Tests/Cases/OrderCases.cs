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
            // What ends twice is started again only after 10 s, and each time later: long enough for the other one on any machine.
            NodeProcess.Kill(pod, "media-operator analyse");
            Wait.Until("analyse is started again", () => KillAny(pod, "k8smediaflow-sidecar") && Started(flow, Analyse, 1) is not null,
                flow.Describe);
            Wait.Until("the sidecar is started after it",
                () => Started(flow, Sidecar, 2) is { } sidecar && Started(flow, Analyse, 1) is { } analyse && analyse < sidecar,
                flow.Describe);
        });
        flow.PodOf(Analyse).Uid.ShouldBe(pod.Uid);
        // The media operator hears SIGTERM and ends at once; its sidecar drains.
        flow.Disturb("pod deleted, both told", () => flow.Replace(pod));
        flow.ShouldBeWhole("media operator first");
    }

    private static bool KillAny(Pod pod, string text)
    {
        foreach (var found in NodeProcess.Of(pod.Uid, text))
            NodeProcess.Signal("KILL", found);
        return true;
    }

    /// <summary>When a container that has been restarted so often was started; null where it does not run.</summary>
    private static DateTime? Started(Flow flow, string container, int restarts) =>
        flow.PodOf(Analyse).Container(container) is { } one && one.Restarts >= restarts ? one.StartedAt : null;

    private static string Columns(Flow flow) => flow.Kubectl.Run("get", "mediapipelines", "-n", flow.Space, "--no-headers");
}
