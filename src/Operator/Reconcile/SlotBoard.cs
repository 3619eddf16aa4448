using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// All slots of a pipeline as they are now, and what has been decided about them so far: what one of them is allowed depends on the others.
/// </summary>
internal sealed class SlotBoard
{
    private readonly Dictionary<string, IReadOnlyList<PodView>> _pods;
    private readonly Dictionary<string, string> _hashes;
    private readonly Dictionary<string, SlotState> _states;
    private readonly Dictionary<string, PipelineUnit> _units;

    public SlotBoard(RenderInput input, IReadOnlyList<PodView> pods, string pipelineUid, DateTimeOffset now)
    {
        var byStable = pods.ToLookup(pod => pod.Stable);
        _units = input.Units.SelectMany(unit => unit.Slots.Select(slot => (slot.Stable, unit))).ToDictionary();
        Slots = [.. input.Units.SelectMany(unit => unit.Slots)];
        _pods = Slots.ToDictionary(slot => slot.Stable, slot => SlotPods.InOrder(byStable[slot.Stable], pipelineUid));
        _hashes = Slots.ToDictionary(slot => slot.Stable, slot => TemplateHash.Of(input.Parts(_units[slot.Stable]), slot));
        var upToDate = Slots.Where(slot => SlotState.IsUpToDate(PodsOf(slot), HashOf(slot))).Select(slot => slot.Stable).ToHashSet();
        _states = Slots.ToDictionary(slot => slot.Stable, slot =>
            SlotState.Of(PodsOf(slot), HashOf(slot), input.AcceptedGeneration, upToDate.Contains, now));
    }

    public IReadOnlyList<PodSlot> Slots { get; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<PodView> PodsOf(PodSlot slot) => _pods[slot.Stable];

    public string HashOf(PodSlot slot) => _hashes[slot.Stable];

    public SlotGate GateOf(PodSlot slot)
    {
        var others = _states.Where(one => one.Key != slot.Stable).ToList();
        var unit = _units[slot.Stable].Slots;
        var mayGiveUp = others.All(one => one.Value.IsSettled)
            && unit.All(one => one.Stable == slot.Stable || _states[one.Stable].IsHealthy);
        return new(mayGiveUp, mayGiveUp && !others.Any(one => one.Value.HasRollStandby));
    }

    /// <summary>What was decided about a slot binds those after it.</summary>
    public void Take(SlotDecision decision)
    {
        var state = _states[decision.Slot.Stable];
        var isGivenUp = decision.Removals.Any(one => one.Pod == decision.Current);
        _states[decision.Slot.Stable] = new(state.IsHealthy && !isGivenUp, state.IsSettled && decision.Removals.Count == 0,
            state.HasRollStandby || (decision.Make && decision is { IsOutdated: true, Current.Leaving: false }));
    }
}
