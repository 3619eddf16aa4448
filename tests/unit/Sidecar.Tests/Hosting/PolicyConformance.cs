using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// What an edge with a policy does with a slow, a stopped and a punctual consumer. The same in a pod and over every fabric: each
/// sequence is delivered or explained, the order is kept, and in the end every block is free.
/// </summary>
public abstract class PolicyConformance
{
    private const int Window = 12, Landed = 8, QueueFrames = 2, DeadlineMilliseconds = 100;
    private const int Passed = 5, Held = 2;

    /// <summary>Frames of a run, some milliseconds apart.</summary>
    protected virtual int Frames => 300;

    private protected virtual FlowPlans Plans => new() { Execution = Execution.Streaming };

    /// <summary>What the links of a pod travel over in place of what the plan says.</summary>
    private protected virtual IFabric? FabricOf(string pod) => null;

    [Theory]
    [InlineData(OnFull.DropOldest)]
    [InlineData(OnFull.DropNewest)]
    [InlineData(OnFull.LatestOnly)]
    public async Task A_slow_consumer_misses_frames_and_is_told_which(OnFull onFull)
    {
        await using var flow = await Start(onFull, deadline: null);
        using var sink = new PolicySink(flow.Render, workMilliseconds: 20);
        flow.Send(Frames);
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBeInOrder(SortDirection.Ascending);
        var drops = flow.Drops();
        drops.Keys.ShouldBe(["Dropped"]);
        (sink.Sequences.Count + drops["Dropped"], flow.Gaps()).ShouldBe((Frames, Frames - sink.Sequences.Count));
        drops["Dropped"].ShouldBeGreaterThan(Frames / 2);
        if (onFull != OnFull.DropNewest)
            sink.Sequences[^1].ShouldBe((ulong)Frames);
    }

    [Theory]
    [InlineData(OnFull.DropOldest)]
    [InlineData(OnFull.LatestOnly)]
    public async Task A_stopped_consumer_stops_nobody_and_finds_the_latest_when_it_goes_on(OnFull onFull)
    {
        await using var flow = await Start(onFull, deadline: null);
        // Nobody reads: each frame goes out all the same, into blocks that are free again soon.
        flow.Send(Frames);
        flow.Camera.Outputs["video"].InFlight.ShouldBeLessThanOrEqualTo(2 * (Window + 2));
        using var sink = new PolicySink(flow.Render, workMilliseconds: 0);
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBeInOrder(SortDirection.Ascending);
        sink.Sequences[^1].ShouldBe((ulong)Frames);
        sink.Sequences.Count.ShouldBeLessThanOrEqualTo(Window + Landed);
        (sink.Sequences.Count + flow.Drops().Values.Sum()).ShouldBe(Frames);
    }

    [Fact]
    public async Task A_frame_that_is_too_old_is_not_delivered()
    {
        await using var flow = await Start(OnFull.Block, DeadlineMilliseconds);
        using var sink = new PolicySink(flow.Render, workMilliseconds: 40);
        flow.Send(Frames / 2);
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBeInOrder(SortDirection.Ascending);
        var drops = flow.Drops();
        drops.Keys.ShouldBe(["Deadline"]);
        (sink.Sequences.Count + drops["Deadline"], flow.Gaps()).ShouldBe((Frames / 2, drops["Deadline"]));
    }

    [Theory]
    [InlineData(OnFull.Block)]
    [InlineData(OnFull.DropOldest)]
    public async Task A_consumer_that_keeps_up_misses_nothing(OnFull onFull)
    {
        await using var flow = await Start(onFull, deadline: 60_000);
        using var sink = new PolicySink(flow.Render, workMilliseconds: 0);
        flow.Send(Frames / 3, oneByOne: true);
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBe(Enumerable.Range(1, Frames / 3).Select(one => (ulong)one));
        flow.Drops().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_may_be_dropped_changes_while_frames_flow_and_each_frame_is_delivered_or_explained()
    {
        await using var flow = await Start(OnFull.DropOldest, deadline: null);
        flow.Send(Frames / 3, isLast: false);
        flow.Follow(plans => plans with { OnFull = OnFull.Block });
        flow.AwaitFull();
        flow.Follow(plans => plans with { OnFull = OnFull.LatestOnly });
        flow.Send(Frames / 3, isLast: false);
        flow.Follow(plans => plans with { OnFull = OnFull.Block });
        flow.AwaitFull();
        Thread.Sleep(2 * DeadlineMilliseconds);
        // What waits is too old at once, and makes room.
        flow.Follow(plans => plans with { Queue = plans.Queue! with { DeadlineMilliseconds = DeadlineMilliseconds } });
        using var sink = new PolicySink(flow.Render, workMilliseconds: 0);
        flow.Send(Frames / 3);
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBeInOrder(SortDirection.Ascending);
        var drops = flow.Drops();
        drops.Keys.Order().ShouldBe(["Deadline", "Dropped"]);
        (sink.Sequences.Count + drops.Values.Sum(), flow.Gaps()).ShouldBe((flow.Sent, drops.Values.Sum()));
    }

    [Fact]
    public async Task A_policy_that_changes_while_frames_flow_explains_each_drop_once()
    {
        await using var flow = await Start(OnFull.DropOldest, deadline: null);
        // Without a reader some are dropped for certain, however slow the machine is.
        flow.Send(Frames / 5, isLast: false);
        using var sink = new PolicySink(flow.Render, workMilliseconds: 20);
        var sending = Task.Run(() => flow.Send(Frames - flow.Sent));
        OnFull[] changes = [OnFull.LatestOnly, OnFull.Block, OnFull.DropNewest, OnFull.DropOldest];
        for (var change = 0; change < changes.Length; change++)
        {
            flow.AwaitSent(Frames * (change + 2) / (changes.Length + 2));
            flow.Follow(plans => plans with { OnFull = changes[change] });
        }
        await sending.WaitAsync(Hang.Bound);
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBeInOrder(SortDirection.Ascending);
        var drops = flow.Drops();
        drops.Keys.ShouldBe(["Dropped"]);
        (sink.Sequences.Count + drops["Dropped"], flow.Gaps()).ShouldBe((Frames, drops["Dropped"]));
    }

    [Theory]
    [InlineData(OnFull.Block)]
    [InlineData(OnFull.LatestOnly)]
    public async Task What_a_consumer_held_when_it_died_is_explained_as_lost(OnFull onFull)
    {
        await using var flow = await Start(onFull, deadline: null);
        flow.PassOneByOne(Passed);
        flow.DieHolding(Held);
        using var sink = new PolicySink(await flow.NewRender(), workMilliseconds: 0);
        flow.Send(3, oneByOne: true);
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBeInOrder(SortDirection.Ascending);
        sink.Sequences.ShouldAllBe(sequence => sequence > Passed + Held);
        var drops = flow.Drops();
        drops.GetValueOrDefault("Lost").ShouldBe(Held);
        (Passed + sink.Sequences.Count + drops.Values.Sum(), flow.Gaps()).ShouldBe((flow.Sent, drops.Values.Sum()));
    }

    private async Task<PolicyFlow> Start(OnFull onFull, int? deadline)
    {
        var plans = Plans;
        return await PolicyFlow.Start(plans with
        {
            OnFull = onFull,
            Queue = new EdgeQueuePlan(QueueFrames, Window, plans.InOnePod ? Window : Landed, deadline),
        }, FabricOf);
    }
}

/// <summary>A camera and a render, in one pod or in two.</summary>
internal sealed class PolicyFlow : IAsyncDisposable
{
    private readonly IReadOnlyList<RunningPod> _pods;
    private readonly List<Frame> _held = [];
    private FlowPlans _plans;
    private int _sent;

    private PolicyFlow(FlowPlans plans, IReadOnlyList<RunningPod> pods, MediaOperator camera, MediaOperator render) =>
        (_plans, _pods, Camera, Render) = (plans, pods, camera, render);

    public MediaOperator Camera { get; }

    public MediaOperator Render { get; private set; }

    public static async Task<PolicyFlow> Start(FlowPlans plans, Func<string, IFabric?> fabricOf)
    {
        var sending = new RunningPod(plans, "camera-0", fabric: fabricOf("camera-0"));
        if (plans.InOnePod)
            return new PolicyFlow(plans, [sending], await sending.Attach(), await sending.Attach(mediaOperator: "render"));
        var receiving = new RunningPod(plans, "render-0", fabric: fabricOf("render-0"));
        var flow = new PolicyFlow(plans, [sending, receiving], await sending.Attach(), await receiving.Attach());
        sending.AwaitReady("render-0");
        return flow;
    }

    /// <summary>Frames sent by now.</summary>
    public int Sent => Volatile.Read(ref _sent);

    public void AwaitSent(int frames) => Watchdog.Until(() => Sent >= frames, () => $"{Sent} of {frames} were sent");

    /// <summary>The render has each frame and is done with it before the next one is sent.</summary>
    public void PassOneByOne(int frames)
    {
        for (var number = 1; number <= frames; number++)
        {
            Send(1, isLast: false);
            Receive().Dispose();
            Watchdog.Until(() => Camera.Outputs["video"].InFlight == 0, () => $"frame {number} is not done");
        }
    }

    /// <summary>The render takes frames and dies before it gives them back.</summary>
    public void DieHolding(int frames)
    {
        for (var number = 1; number <= frames; number++)
        {
            Send(1, isLast: false);
            _held.Add(Receive());
        }
        Render.Fail("it dies with frames in its hands");
        Render.DisposeAsync().AsTask().Wait(Hang.Bound).ShouldBeTrue("the render does not end");
        _held.ForEach(static frame => frame.Dispose());
    }

    /// <summary>The next life of a render that died.</summary>
    public async Task<MediaOperator> NewRender() => Render = await _pods[^1].Attach(mediaOperator: "render");

    /// <summary>Gives the pods a newer plan.</summary>
    public void Follow(Func<FlowPlans, FlowPlans> change)
    {
        _plans = change(_plans) with { Generation = _plans.Generation + 1 };
        foreach (var pod in _pods)
            pod.Follow(_plans);
    }

    /// <summary>Sends until there is no room any more, for a tenth of a second.</summary>
    public void AwaitFull() => Watchdog.Until(() => !TrySend() && !Retry(), () => $"{Sent} frames were sent, and there is room still");

    /// <summary>Sends frames, some milliseconds apart, and ends the stream. Never waits for the consumer by itself.</summary>
    /// <param name="frames">How many.</param>
    /// <param name="oneByOne">Each when the one before it is done.</param>
    /// <param name="isLast">Nothing follows.</param>
    public void Send(int frames, bool oneByOne = false, bool isLast = true)
    {
        var output = Camera.Outputs["video"];
        for (var number = 1; number <= frames; number++)
        {
            Fill(output.Loan());
            if (oneByOne)
                Watchdog.Until(() => output.InFlight == 0, () => $"{output.InFlight} of {number} are not done");
            else
                Thread.Sleep(2);
        }
        if (isLast)
            output.Complete();
    }

    private Frame Receive()
    {
        using var bound = new CancellationTokenSource(Hang.Bound);
        return Render.Inputs["video"].Receive(bound.Token).ShouldNotBeNull();
    }

    private bool TrySend()
    {
        if (!Camera.Outputs["video"].TryLoan(out var loan))
            return false;
        Fill(loan);
        return true;
    }

    // Where frames are dropped, their blocks come back a moment later.
    private bool Retry()
    {
        Thread.Sleep(100);
        return TrySend();
    }

    private void Fill(FrameLoan loan)
    {
        using (loan)
        {
            Picture.Of(Sent + 1, loan.Payload.Length).CopyTo(loan.Payload);
            loan.Send();
            Interlocked.Increment(ref _sent);
        }
    }

    /// <summary>Everything is back: nothing is in flight and no block is taken.</summary>
    public void Finish()
    {
        Watchdog.Until(() => Camera.Outputs["video"].InFlight == 0, () => $"{Camera.Outputs["video"].InFlight} are not done");
        Watchdog.Until(() => Blocks() == 0, () => $"{Blocks()} blocks are taken");
        foreach (var pair in _pods.SelectMany(pod => pod.Runtime.Inbound))
            Watchdog.Until(() => pair.Port.NotDone == 0 && pair.Port.BlocksInUse == pair.Link.Status.GrantsOutstanding,
                () => $"{pair.Port.NotDone} not done, {pair.Port.BlocksInUse} blocks, {pair.Link.Status.GrantsOutstanding} granted");
    }

    /// <summary>What was dropped anywhere, by cause.</summary>
    public Dictionary<string, long> Drops() => Tallies()
        .SelectMany(tally => Enum.GetValues<GapCause>().Select(cause => (Cause: cause, Count: tally.Drops[(int)cause])))
        .Where(one => one.Count > 0)
        .GroupBy(one => one.Cause.ToString()).ToDictionary(group => group.Key, group => group.Sum(one => one.Count));

    /// <summary>Sequences that were explained to the render.</summary>
    public long Gaps() => _pods[^1].Runtime.Ports.Tally()
        .Where(part => part.Key.Side != EdgeSide.Outbound).Sum(part => part.Value.Gaps);

    public async ValueTask DisposeAsync()
    {
        await Render.DisposeAsync();
        await Camera.DisposeAsync();
        foreach (var pod in _pods.Reverse())
            pod.Dispose();
    }

    private IEnumerable<ChannelTally> Tallies() => _pods.SelectMany(pod => pod.Runtime.Ports.Tally().Values);

    // Of the camera's region, by either part of the edge that reads from it.
    private int Blocks() => EdgeStatuses.Of(_pods[0].Runtime).Sum(edge => edge.BlocksInUse);
}

/// <summary>Reads and works on each frame for a while.</summary>
internal sealed class PolicySink : IDisposable
{
    private readonly List<ulong> _sequences = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private volatile bool _ended;

    public PolicySink(MediaOperator render, int workMilliseconds)
    {
        _thread = new Thread(() => Read(render.Inputs["video"], workMilliseconds)) { IsBackground = true };
        _thread.Start();
    }

    public IReadOnlyList<ulong> Sequences
    {
        get
        {
            lock (_sequences)
                return [.. _sequences];
        }
    }

    public void AwaitEnd() => Watchdog.Until(() => _ended, () => $"the end did not come after {Sequences.Count} frames");

    public void Dispose()
    {
        _end.Cancel();
        _thread.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue("the sink hangs");
    }

    private void Read(FrameInput input, int workMilliseconds)
    {
        try
        {
            while (input.Receive(_end.Token) is { } frame)
            {
                frame.Payload.SequenceEqual(Picture.Of((int)frame.Sequence, frame.Payload.Length)).ShouldBeTrue("torn");
                lock (_sequences)
                    _sequences.Add(frame.Sequence);
                if (workMilliseconds > 0)
                    Thread.Sleep(workMilliseconds);
                frame.Dispose();
            }
            _ended = true;
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }
}
