using System.Runtime.CompilerServices;
using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Operator.Status;
using K8sMediaFlow.Operator.Tests.Desired;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>
/// Pods as a kubelet of 1.36 writes them, with the sidecar as an init container that restarts always: what is decided about them and said
/// of them. The cluster of the tests is too old for any of it. The other pod of the pair is ready.
/// </summary>
public class NativePodTests
{
    private const string Ready = "AllReady: 2 of 2 pods are ready",
        Pending = "PodsPending: 1 of 2 pods are ready; waiting for pair-source-0",
        NotReady = "PodNotReady: 1 of 2 pods are ready; waiting for pair-source-0";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static TheoryData<string, string, string> Lives => new()
    {
        { "unscheduled", "Unschedulable: pod pair-source-0-00000: 0/2 nodes are available: 1 Insufficient memory", "kept" },
        { "sandbox-is-made", Pending, "kept" },
        { "sidecar-starts", Pending, "kept" },
        { "sidecar-has-started", Pending, "kept" },
        { "all-run", NotReady, "kept, started" },
        { "ready", Ready, "kept, started" },
        { "sidecar-image-is-missing", "ImageUnavailable: pod pair-source-0-00000, container sidecar: Back-off pulling image", "kept" },
        { "operator-image-is-missing", "ImageUnavailable: pod pair-source-0-00000, container source: failed to pull", "kept" },
        { "sidecar-crashes-before-it-has-started",
            "ContainerFailing: pod pair-source-0-00000, container sidecar: ended with code 134 (Error): Unhandled exception. the disk is full", "kept" },
        { "sidecar-crashes-beside-its-operator",
            "ContainerFailing: pod pair-source-0-00000, container sidecar: ended with code 137 (OOMKilled)", "kept" },
        { "operator-secret-is-missing", "ConfigMissing: pod pair-source-0-00000, container source: secret \"nowhere\" not found", "kept" },
        { "operator-crashes",
            "ContainerFailing: pod pair-source-0-00000, container source: ended with code 3 (Error): the licence has expired",
            "kept, restarts 3" },
        { "operator-runs-again-after-it-was-killed", Ready, "kept, started, restarts 1" },
        { "ends-operator-first", Pending, "ending" },
        { "ends-sidecar-last", Pending, "made again" },
        { "batch-has-ended", Ready, "kept" },
        { "batch-has-ended-and-its-sidecar-was-killed", Ready, "kept" },
        { "evicted", Pending, "removed, made again" },
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public void What_a_newer_kubelet_writes_is_understood(string life, string ready, string decided)
    {
        var (view, plan, condition) = Replay(life);
        condition.ShouldStartWith(ready);
        Said(view, plan.Slots[0]).ShouldBe(decided);
        plan.Slots[1].ShouldSatisfyAllConditions(other => other.Removals.ShouldBeEmpty(), other => other.Make.ShouldBeFalse());
    }

    [Theory]
    [InlineData("batch-has-ended")]
    [InlineData("batch-has-ended-and-its-sidecar-was-killed")]
    public void A_pod_whose_media_operators_have_completed_has_nothing_to_complain_of(string life) =>
        Replay(life).View.ShouldSatisfyAllConditions(
        view => view.State.ShouldBe(PodState.Succeeded), view => view.PodIssue.ShouldBeNull());

    [Fact]
    public void Every_life_on_record_is_replayed() =>
        Directory.GetFiles(Folder()).Select(Path.GetFileNameWithoutExtension).Order().ShouldBe(Lives.Select(one => (string)one[0]).Order());

    private static (PodView View, SlotPlan Plan, string Ready) Replay(string life)
    {
        var input = Rendering.Input(Pipelines.Pair, minor: 36);
        var view = Read(input, "source", life);
        var plan = SlotPlanner.Decide(input, [view, Read(input, "sink", "ready")], new("u-pair"), null, "u-pair", null, Now);
        var accepted = Acceptance.Of(Pipelines.Stored(Pipelines.Pair)).Accepted!;
        var answer = ReadyCondition.Of(new()
        {
            Generation = 1,
            Accepted = accepted,
            Graph = accepted.Graph,
            Slots = plan.Slots,
            Now = Now,
        });
        return (view, plan, $"{answer.Reason}: {answer.Message}");
    }

    /// <summary>The records are of the source; with its names changed one is the sink's.</summary>
    private static PodView Read(RenderInput input, string unit, string life)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), life + ".json"))
            .Replace("pair-source-0", $"pair-{unit}-0", StringComparison.Ordinal)
            .Replace("u-source", $"u-{unit}", StringComparison.Ordinal);
        var parts = input.Parts(input.Units.First(one => one.Name == unit));
        return PodView.Of(JsonSerializer.Deserialize<Pod>(text, Web)!, default, Now) with
        {
            Hash = TemplateHash.Of(parts, parts.Unit.Slots[0]),
        };
    }

    private static string Said(PodView view, SlotDecision slot) => string.Join(", ", new (bool Is, string Word)[]
    {
        (slot.Current?.Uid == view.Uid, "kept"), (slot.Ending?.Uid == view.Uid, "ending"),
            (slot.Removals.Any(one => one.Pod.Uid == view.Uid), "removed"), (slot.Make, "made again"),
        (view.Started, "started"), (view.Restarts > 0, $"restarts {view.Restarts}"),
    }.Where(one => one.Is).Select(one => one.Word));

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Golden", "Kubelet-1.36");
}
