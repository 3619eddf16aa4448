using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Operator.Tests.Desired;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>Decisions about the pipeline of a source and a sink, whose pods a test describes.</summary>
internal static class PairSlots
{
    public static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RenderInput Input = Rendering.Input(Pipelines.Pair, minor: 20);

    /// <summary>What every pod takes, where a test says nothing else.</summary>
    public static readonly PodFootprint Footprint = Takes(100);

    public static SlotPlan Decide(params PodView[] pods) => Decide(new PipelineMemory("u-pair"), pods);

    public static SlotPlan Decide(PipelineMemory memory, params PodView[] pods) =>
        SlotPlanner.Decide(Input, pods, memory, null, "u-pair", null, Now);

    public static List<string> Made(params PodView[] pods) =>
        [.. Decide(pods).Slots.Where(slot => slot.Make).Select(slot => slot.Slot.Stable.Split('-')[1])];

    public static List<string> Removed(params PodView[] pods) =>
        [.. Decide(pods).Slots.Where(slot => slot.Removals.Any(one => one.Pod == slot.Current))
            .Select(slot => slot.Slot.Stable.Split('-')[1])];

    public static PodView Old(string unit) => New(unit) with { Hash = "before", Generation = 0 };

    public static PodView Standby(string unit) => New(unit) with
    {
        Name = $"pair-{unit}-0-11111",
        Uid = $"v-{unit}",
        Ready = false,
        Answers = true,
        CreatedAt = Now.AddSeconds(-4),
        StartedAt = Now.AddSeconds(-5),
    };

    public static PodView New(string unit)
    {
        var (stable, parts) = ($"pair-{unit}-0", Input.Parts(Input.Units.First(one => one.Name == unit)));
        return new($"{stable}-00000", $"u-{unit}", stable, PodState.Running, false, true, true, TemplateHash.Of(parts, parts.Unit.Slots[0]),
            "n1", null, null, false, "10.0.0.1", Now.AddHours(-2), null)
        {
            Generation = 1,
            Footprint = Footprint,
        };
    }

    public static PodFootprint Takes(decimal memory) => new("anywhere", new Dictionary<string, decimal> { ["memory"] = memory })
    {
        Volumes = new HashSet<string> { "media" },
    };
}
