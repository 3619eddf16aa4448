using System.Text.Json.Nodes;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Operator.Tests.Desired;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>
/// Random histories of edits, cordons, crashes and slow starts: whatever happens, the controller takes one healthy pod at a time, and in
/// the end all is well.
/// </summary>
public class SuccessionPropertyTests
{
    private const int Histories = 6, Steps = 80, Bad = 3, Hurry = 20;

    /// <summary>What may keep a pod from starting although it has its room.</summary>
    private static readonly string[] Causes = [Reasons.ImageUnavailable, Reasons.ConfigMissing, Reasons.VolumeUnavailable,
        Reasons.ResourceMissing, Reasons.ContainerFailing, Reasons.PodsPending, Reasons.PodNotReady];

    private static readonly PodFootprint Footprint = new("anywhere", new Dictionary<string, decimal> { ["memory"] = 100 });

    /// <summary>Templates of one pipeline; pods of the last never start.</summary>
    private static readonly RenderInput[] Templates = [.. Enumerable.Range(0, 4)
        .Select(number => Rendering.Input(Pipelines.Live, 20, document => Edit(document, number)))];

    [Fact]
    public void At_most_one_slot_is_without_a_pod_by_our_doing_and_a_pod_goes_only_when_another_one_stands_by()
    {
        var seed = Seed.Take(nameof(SuccessionPropertyTests));
        for (var history = 0; history < Histories; history++)
            Run(new World(new Random(seed + history), $"SEED={seed}, history {history}"));
    }

    private static void Run(World world)
    {
        for (var step = 0; step < Steps; step++)
            world.Step(world.Happens(20) ? world.Anything : null);
        world.Calm();
        for (var step = 0; step < 200 && !world.IsWell; step++)
            world.Step(null);
        world.IsWell.ShouldBeTrue(world.Text);
    }

    private static void Edit(JsonObject document, int number)
    {
        foreach (var one in document["spec"]!["operators"]!.AsArray())
            if (number > 0)
                one!["image"] = $"registry.example/media:{number + 1}";
    }

    /// <summary>Kubelets, scheduler, user and a sidecar behind each pod, as far as the decisions see them.</summary>
    private sealed class World(Random random, string name)
    {
        private readonly PipelineMemory _memory = new("u-live");
        private readonly Dictionary<string, PodView> _pods = [];
        private readonly HashSet<string> _givenUp = [], _leaving = [];
        private RenderInput _input = Templates[0];
        private Crds.V1Alpha1.PipelineStatus _status = new();
        private DateTimeOffset _now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        // So many steps within a second or so: pods come and are followed by others faster than the API server's clock shows.
        private int _hurry = Hurry;
        private int _template;

        public string Text => $"{name}: template {_template}, leaving {string.Join(',', _leaving)}\n{string.Join('\n', _pods.Values)}";

        public bool IsWell =>
            _template != Bad && _pods.Count == Units.Sum(unit => unit.Slots.Count)
                && _pods.Values.All(pod => pod.Ready && pod.Hash == Hash(pod.Stable) && !pod.Leaving);

        private IReadOnlyList<PipelineUnit> Units => _input.Units;

        public bool Happens(int percent) => random.Next(100) < percent;

        public void Anything()
        {
            if (Happens(30))
                Edit(Happens(30) ? Bad : random.Next(Templates.Length));
            else if (Happens(50))
                _leaving.Add($"n{random.Next(3)}");
            else if (_pods.Values.FirstOrDefault(pod => pod.Ready && Happens(40)) is { } pod)
                _pods[pod.Name] = pod with { Ready = false, PodIssue = new(Reasons.ContainerFailing, "crashed") };
            else
                _leaving.Clear();
        }

        public void Calm()
        {
            _leaving.Clear();
            Edit(1);
        }

        public void Step(Action? happening)
        {
            if (_hurry == 0 && Happens(5))
                _hurry = Hurry;
            _now += _hurry > 0 && _hurry-- > 0 ? TimeSpan.FromMilliseconds(random.Next(1, 60)) : TimeSpan.FromSeconds(random.Next(1, 8));
            happening?.Invoke();
            foreach (var pod in _pods.Values.ToList())
                Advance(pod);
            var plan = SlotPlanner.Decide(_input, [.. _pods.Values], _memory, _status, "u-live", null, _now);
            Check(plan);
            Apply(plan);
        }

        private void Edit(int template)
        {
            if (_template == template)
                return;
            _template = template;
            _input = Templates[template] with { AcceptedGeneration = _input.AcceptedGeneration + 1 };
        }

        private string Hash(string stable)
        {
            var unit = Units.First(one => one.Slots.Any(slot => slot.Stable == stable));
            return TemplateHash.Of(_input.Parts(unit), unit.Slots.First(slot => slot.Stable == stable));
        }

        private void Advance(PodView pod)
        {
            var now = pod with { Leaving = pod.Node is not null && _leaving.Contains(pod.Node) };
            if (pod.HasEnded && Happens(10))
            {
                _pods.Remove(pod.Name);
                return;
            }
            if (pod.Terminating && Happens(50))
                now = now with { HasEnded = true };
            if (now is { Terminating: false, Node: null }
                && Enumerable.Range(0, 3).Select(i => $"n{i}").Where(node => !_leaving.Contains(node)).ToList() is { Count: > 0 } nodes
                && Happens(70))
                now = now with { Node = nodes[random.Next(nodes.Count)], PodIssue = null };
            else if (now is { Node: not null, Started: false } && Happens(60))
                now = Starts(pod) ? now with { Started = true, State = PodState.Running, StartedAt = _now, Answers = true } : now with
                {
                    PodIssue = new(Causes[random.Next(Causes.Length)], "it cannot start"),
                };
            else if (now is { Planned: true, Terminating: false, PodIssue: not null } && Happens(30))
                now = now with { PodIssue = null };
            else if (now is { Planned: true, Terminating: false, Ready: false, PodIssue: null } && Happens(60))
                now = now with { Ready = true };
            _pods[pod.Name] = now;
            if (now.Ready)
                _givenUp.Remove(now.Stable);
        }

        private static bool Starts(PodView pod) => pod.Uid[0] != 'b';

        private void Check(SlotPlan plan)
        {
            foreach (var slot in plan.Slots)
                if (slot is { Current: { Ready: true } holder } && slot.Removals.Any(one => one.Pod == holder))
                {
                    slot.Standby.ShouldNotBeNull(Text).Started.ShouldBeTrue(Text);
                    _givenUp.Add(holder.Stable);
                    Units.First(unit => unit.Slots.Contains(slot.Slot)).Slots.Where(other => other != slot.Slot)
                        .ShouldAllBe(other => _pods.Values.Any(pod => pod.Stable == other.Stable && pod.Ready && !pod.Terminating), Text);
                }
            _givenUp.Count.ShouldBeLessThanOrEqualTo(1, Text);
            foreach (var slot in plan.Slots.Where(slot => slot.IsOutdated))
                slot.Removals.ShouldAllBe(one => one.Pod == slot.Current || one.Pod.Hash != Hash(one.Pod.Stable) || one.Pod.Leaving,
                    $"a successor that is wanted stays; {Text}");
            plan.Slots.ShouldAllBe(slot => slot.Standby == null || !slot.Standby.Planned);
        }

        /// <summary>The API server keeps whole seconds.</summary>
        private static DateTimeOffset Stored(DateTimeOffset time) =>
            new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

        private void Apply(SlotPlan plan)
        {
            foreach (var removal in plan.Removals)
                _pods[removal.Pod.Name] = removal.Pod with { Terminating = true, Ready = false };
            foreach (var slot in plan.Slots)
            {
                if (slot.Reachable is { Started: true } reachable && _pods.TryGetValue(reachable.Name, out var spoken))
                    _pods[reachable.Name] = spoken with { Planned = true };
                if (slot.Make && PodNames.Of(slot.Slot.Stable, slot.Incarnation) is var pod)
                    _pods.TryAdd(pod, new(pod, $"{(_template == Bad ? "b" : "g")}-{pod}-{_now.Ticks}", slot.Slot.Stable, PodState.Pending,
                        false, false, false, Hash(slot.Slot.Stable), null, null, null, false, null, Stored(_now), null)
                    {
                        Generation = _input.AcceptedGeneration,
                        Footprint = Footprint,
                    });
            }
            _memory.See([.. _pods.Values.Select(pod => new KubernetesRuntime.Objects.Pod
            {
                Metadata = new()
                {
                    Name = pod.Name,
                    Uid = pod.Uid,
                    Labels = new Dictionary<string,
                    string> { [WellKnownLabels.Pod] = pod.Stable },
                },
            })]);
            _status = new()
            {
                Pods = [.. plan.Slots.Select(slot => new Crds.V1Alpha1.PodSummary
                {
                    Name = slot.Slot.Stable,
                    Incarnation = slot.Incarnation,
                })],
            };
        }
    }
}
