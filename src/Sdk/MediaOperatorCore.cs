using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Attaching;
using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Sdk.Ports;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// What all ports of one operator share. One lock (<see cref="Gate"/>) guards everything that is reachable from here, ports and ledger
/// included; it is held for short whiles only, never over a wait or a mapping. The frames and loans that users hold are theirs alone.
/// </summary>
internal sealed class MediaOperatorCore : ILedgerOwner, IDisposable
{
    private readonly Stack<FrameSlot> _frames = new();
    private readonly Stack<LoanSlot> _loans = new();
    private readonly Stack<FrameMetadata> _metadata = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _held = [];
    private readonly List<InputPort> _inputs = [];
    private readonly List<OutputPort> _outputs = [];
    private Pool<InRecord> _records = new(64);

    public MediaOperatorCore(MediaOperatorOptions options)
    {
        Options = options;
        Log = MediaOperatorLog.Create(options.LoggerFactory);
        ReorderPatienceNs = (long)options.ReorderPatience.TotalMilliseconds * 1_000_000;
        Ledger = new DerivationLedger(this);
        Stopping = _stopping.Token;
    }

    public CancellationToken Stopping { get; }

    public Lock Gate { get; } = new();

    public MediaOperatorOptions Options { get; }

    public ILogger Log { get; }

    /// <summary>Ends when the operator has ended, and as it has.</summary>
    public Task Completion => _completion.Task;

    public long ReorderPatienceNs { get; }

    public DerivationLedger Ledger { get; }

    /// <summary>As the welcome says.</summary>
    public bool IsStreaming { get; set; }

    /// <summary>For writing envelopes.</summary>
    public Messages.FrameMetadata EnvelopeMetadata { get; } = new();

    public IReadOnlyList<InputPort> Inputs => _inputs;

    public IReadOnlyList<OutputPort> Outputs => _outputs;

    /// <summary>The region of the present attach; null while there is none.</summary>
    public OwnRegion? Region { get; private set; }

    /// <summary>The connection of the present attach; null while there is none.</summary>
    public Session? Session { get; private set; }

    /// <summary>The doorbell of the last attach. Doorbells are never unmapped before the end: a thread may sleep on one.</summary>
    public DoorbellWaiter Doorbell { get; private set; } = null!;

    /// <summary>Why nothing works any more; null while it does.</summary>
    public MediaOperatorException? Failure { get; private set; }

    /// <summary>Grows with everything that becomes done.</summary>
    public long Progress { get; private set; }

    public long Reattaches { get; private set; }

    /// <summary>Frames and notices taken from inputs that are not done.</summary>
    public int InputsNotDone => Ledger.Inputs;

    public void DefinePorts(IReadOnlyList<PortPlan> inputs, IReadOnlyList<PortPlan> outputs)
    {
        foreach (var plan in inputs)
            _inputs.Add(new InputPort(this, _inputs.Count, plan));
        foreach (var plan in outputs)
            _outputs.Add(new OutputPort(this, _outputs.Count, plan));
        foreach (var output in _outputs)
            output.FollowByDefault(_inputs);
    }

    public void SetDoorbell(DoorbellWaiter doorbell) => Doorbell = doorbell;

    public void Begin(Session session)
    {
        Reattaches += Doorbell is null ? 0 : 1;
        Session = session;
    }

    public void SetRegion(OwnRegion region)
    {
        Region = region;
        foreach (var output in _outputs)
            output.Renew(region);
    }

    /// <summary>The sidecar died. What was handed to the user stays valid, what is in flight waits for the next attach.</summary>
    public void Detach()
    {
        Session = null;
        foreach (var output in _outputs)
            output.Fan.TakeBackAll();
        foreach (var input in _inputs)
        {
            input.Merge.Cut();
            foreach (var channel in input.Merge.Channels)
                ((InboundChannel)channel.State!).IsOrphaned = true;
        }
        Region?.Retire();
        Region = null;
    }

    /// <summary>The operator has ended by a failure.</summary>
    public void Fail(MediaOperatorException failure)
    {
        if (_completion.TrySetException(failure))
            Log.Failed(Options.Name, Options.Replica, failure.Message);
        // A user who does not await the completion hears of the failure by every call on a port.
        _ = _completion.Task.Exception;
        Shut(failure);
    }

    /// <summary>The operator is being disposed: no call on a port works any more.</summary>
    public void Shut(MediaOperatorException reason)
    {
        Failure ??= reason;
        Stop();
    }

    /// <summary>The operator has ended without a failure: with all its streams, or before that.</summary>
    public void End(bool isCompleted)
    {
        if (isCompleted && _completion.TrySetResult())
            Log.Completed(Options.Name, Options.Replica);
        else if (_completion.TrySetCanceled())
            Log.Abandoned(Options.Name, Options.Replica);
    }

    /// <summary>Asks the user's code to end. Not under the lock: what hangs on the token runs here.</summary>
    public void Stop()
    {
        if (!_stopping.IsCancellationRequested)
            _stopping.Cancel();
        Doorbell?.Wake();
    }

    public void ThrowIfFailed()
    {
        if (Failure is { } failure)
            throw new MediaOperatorException(failure.Error, failure.Message, failure);
    }

    /// <summary>
    /// Reads what consumers gave back and says goodbye to channels of which nothing is held. A thread that waits calls it first.
    /// </summary>
    public void Poll()
    {
        foreach (var output in _outputs)
        {
            output.Fan.DrainReturns();
            if (!output.Fan.HasBroken)
                continue;
            output.Fan.HasBroken = false;
            Session?.ReportBroken(output);
        }
        foreach (var input in _inputs)
            SendGoodbyes(input);
    }

    /// <summary>Looks for consumers that keep others standing still. Now and then: it reads through all that is in flight.</summary>
    public void Watch()
    {
        foreach (var output in _outputs)
            output.Fan.Watch(MonotonicClock.Nanoseconds, (long)Options.StandstillPatience.TotalMilliseconds * 1_000_000);
    }

    public int Admit(InputPort port, int number)
    {
        var tag = _records.Take();
        _records[tag] = new InRecord { Port = port, Number = number, Ledger = Ledger.AddInput(tag) };
        return tag;
    }

    public ref InRecord Record(int tag) => ref _records[tag];

    public void UseRegions(int tag, ForeignRegion? region0, ForeignRegion? region1, ForeignRegion? region2)
    {
        ref var record = ref _records[tag];
        (record.Region0, record.Region1, record.Region2) = (region0, region1, region2);
        region0?.Use();
        region1?.Use();
        region2?.Use();
    }

    public FrameSlot TakeFrame() => _frames.TryPop(out var frame) ? frame : new FrameSlot(this);

    public LoanSlot TakeLoan() => _loans.TryPop(out var loan) ? loan : new LoanSlot(this);

    /// <summary>The user's code has what it needs to send from this input.</summary>
    public void SetFrame(int tag, FrameSlot frame) => _records[tag].Frame = frame;

    public void Give(LoanSlot loan) => _loans.Push(loan);

    /// <summary>From here on what is sent derives from it.</summary>
    public void Hand(int tag) => _held.Add(tag);

    /// <summary>What the user holds, oldest first.</summary>
    public ReadOnlySpan<int> Held => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_held);

    /// <summary>
    /// The user gave a frame back. On every output that follows its input and got nothing for it, a gap notice takes its place. Where the
    /// operator has failed or is being disposed the user did not decide that: the frame stays with its sender, for the next life.
    /// </summary>
    public void LetGo(FrameSlot frame, int tag)
    {
        _held.Remove(tag);
        _frames.Push(frame);
        _records[tag].Frame = null;
        if (Failure is null)
            PassGap(tag, GapCause.Disposed);
        else
            _records[tag].LeaveRegions();
    }

    /// <summary>Passes a gap notice on, with its cause.</summary>
    public void PassGap(int tag) => PassGap(tag, _records[tag].Port.Merge.Descriptor(_records[tag].Number).GapCause);

    /// <summary>Explains the place of an input on the outputs that have nothing for it, and lets the input go.</summary>
    public void PassGap(int tag, GapCause cause)
    {
        var record = _records[tag];
        ref var descriptor = ref record.Port.Merge.Descriptor(record.Number);
        var (stream, first, count) = (descriptor.Stream, descriptor.Sequence, Math.Max(1, descriptor.GapCount));
        foreach (var output in _outputs)
        {
            if ((record.SentOn & output.Bit) != 0 || !output.Follows(record.Port) || output.HasSent((stream, first)))
                continue;
            var derived = Ledger.AddOutput();
            Ledger.Derive(derived, record.Ledger, holdsBytes: false);
            output.PostGap(stream, first, count, cause, derived);
        }
        Ledger.Release(record.Ledger);
    }

    /// <summary>What had been made of this identity is lost: its replay is to be taken for new.</summary>
    public void ForgetInputs(ulong stream, ulong sequence)
    {
        foreach (var input in _inputs)
            input.Merge.Forget(stream, sequence);
    }

    public void Violation(ulong channel, string reason) => Session?.SendViolation(channel, reason);

    public void ReportBroken(InputPort port)
    {
        for (var i = 0; i < port.Merge.Channels.Count; i++)
        {
            var channel = port.Merge.Channels[i];
            var state = (InboundChannel)channel.State!;
            if (!channel.Channel.IsBroken || state.IsReported)
                continue;
            state.IsReported = true;
            channel.Sever();
            Violation(channel.Id, $"{port.Plan.Name}: {((ConsumerChannel)channel.Channel).Violation}");
        }
    }

    public void Progressed() => Progress++;

    /// <summary>Frames that were in the user's hands when the sidecar died and could not be copied.</summary>
    public long Losses { get; private set; }

    public void CountLoss() => Losses++;

    public (ulong Stream, ulong Sequence) IdentityOf(int tag)
    {
        ref var descriptor = ref DescriptorOf(tag);
        return (descriptor.Stream, descriptor.Sequence);
    }

    public bool MayBeReplay(int tag) => (DescriptorOf(tag).Flags & DescriptorFlags.MayBeReplay) != 0;

    public FrameSlot? FrameOf(int tag) => _records[tag].Frame;

    /// <summary>The port has a frame of this input's identity from now on.</summary>
    public void Inherit(int tag, OutputPort port)
    {
        _records[tag].SentOn |= port.Bit;
        port.Inherited(_records[tag].Port);
    }

    /// <summary>A descriptor without segments; age and replay mark go on from the first input, if there is one.</summary>
    public FrameDescriptor NewDescriptor((ulong Stream, ulong Sequence) identity, int first)
    {
        var descriptor = new FrameDescriptor { Kind = FrameKind.Frame, Stream = identity.Stream, Sequence = identity.Sequence };
        descriptor.SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds;
        if (first < 0)
            return descriptor;
        ref var input = ref DescriptorOf(first);
        descriptor.Flags = input.Flags & DescriptorFlags.MayBeReplay;
        descriptor.AgeNanoseconds = EdgePolicy.AgeNs(in input, (long)descriptor.SentAtNanoseconds);
        return descriptor;
    }

    public FrameMetadata TakeMetadata()
    {
        lock (Gate)
            return _metadata.TryPop(out var metadata) ? metadata : new FrameMetadata();
    }

    public void GiveMetadata(FrameMetadata metadata)
    {
        lock (Gate)
            _metadata.Push(metadata);
    }

    /// <summary>Ends a port's stream, with the last sequence of the input that it follows where that has ended.</summary>
    public void Complete(OutputPort output)
    {
        var last = output.FollowedInput(_inputs) is { Ended: true } input ? input.Merge.Last : default;
        output.Complete(last);
    }

    public void Dispose() => _stopping.Dispose();

    private ref FrameDescriptor DescriptorOf(int tag) => ref _records[tag].Port.Merge.Descriptor(_records[tag].Number);

    void ILedgerOwner.InputReturned(int tag, bool done)
    {
        ref var record = ref _records[tag];
        record.LeaveRegions();
        record.Port.Merge.Return(record.Number, done, MonotonicClock.Nanoseconds);
        if (done)
            Forget(tag);
    }

    void ILedgerOwner.InputDone(int tag)
    {
        _records[tag].Port.Merge.Done(_records[tag].Number);
        Forget(tag);
    }

    private void Forget(int tag)
    {
        _records[tag].Port = null!;
        _records.Give(tag);
        Progress++;
    }

    private void SendGoodbyes(InputPort input)
    {
        for (var i = input.Merge.Channels.Count - 1; i >= 0; i--)
        {
            var channel = input.Merge.Channels[i];
            var state = (InboundChannel)channel.State!;
            if (!input.Merge.IsFinished(channel) || !(state.IsOrphaned || state.IsClosed))
                continue;
            input.Merge.Remove(channel);
            if (!state.IsOrphaned)
                Session?.SendGoodbye(channel.Id);
        }
    }
}
