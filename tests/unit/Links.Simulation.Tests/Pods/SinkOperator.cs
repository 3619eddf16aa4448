namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>Takes frames, works on a few at a time, and gives them back in any order. What it has had, its judge knows.</summary>
internal sealed class SinkOperator : Operator
{
    private const long WorkMin = 5_000, WorkMax = 300_000;

    private readonly List<(int Number, long Until, Region Area)> _held = [];
    private readonly SinkLife _judge;
    private readonly int _heldMax;

    public SinkOperator(Scheduler scheduler, Process process, Pod pod, ushort life, SinkLife judge)
        : base(scheduler, process, pod, life, 1)
    {
        (_judge, _heldMax) = (judge, pod.Borrowed);
        In = pod.MakePort();
    }

    public override bool IsIdle => _held.Count == 0 && In!.NotDone == 0;

    protected override void Turn()
    {
        FinishDue();
        while (_held.Count < _heldMax && In!.TryTake(Scheduler.Now, out var number))
            Take(number);
        foreach (var (_, until, _) in _held)
            By(Math.Max(until, Scheduler.Now + WorkMin));
    }

    private void FinishDue()
    {
        for (var index = _held.Count - 1; index >= 0; index--)
        {
            if (_held[index].Until <= Scheduler.Now)
                Finish(index);
        }
    }

    private void Take(int number)
    {
        var link = (LinkPlace)In!.ChannelOf(number).State!;
        ref var descriptor = ref In.Descriptor(number);
        var area = AttachedTo is { } sidecar ? AreaOf(link, sidecar) : Own;
        if (descriptor.Kind == FrameKind.Frame)
            IsWhole(ref descriptor, area).ShouldBeTrue($"frame {descriptor.Sequence} was altered on its way to {Pod.Name}");
        _judge.Took(in descriptor);
        _held.Add((number, Scheduler.Now + (Scheduler.Between(WorkMin, WorkMax) * Pod.WorkTimes), area));
        link.At(Step.Receive);
    }

    private void Finish(int index)
    {
        var (number, _, area) = _held[index];
        ref var descriptor = ref In!.Descriptor(number);
        if (descriptor.Kind == FrameKind.Frame)
            IsWhole(ref descriptor, area).ShouldBeTrue($"frame {descriptor.Sequence} was altered while {Pod.Name} had it");
        _held.RemoveAt(index);
        _judge.Finished(in descriptor);
        GiveBack(number);
    }
}
