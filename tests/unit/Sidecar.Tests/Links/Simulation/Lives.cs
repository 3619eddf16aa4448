using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;

namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <summary>One life of the sending sidecar.</summary>
internal sealed class SenderLife(ulong number)
{
    public SenderLedger Ledger { get; } = new();
    public Incarnation Incarnation { get; } = new(number);
    public SimulatedWire? Wire { get; set; }
    public bool IsReady { get; set; }
}

/// <summary>One life of the receiving sidecar, with its landing region.</summary>
internal sealed class ReceiverLife(ulong number, SinkModel sink)
{
    public ReceiverLedger Ledger { get; } = new(sink.BlockCount);
    public Incarnation Incarnation { get; } = new(number);
    public SinkModel Sink => sink;
    public SimulatedWire? Wire { get; set; }
    public bool IsReady { get; set; }
    public bool SayPlanned { get; set; }
}

/// <summary>A copy of a sequence set, as a message carries it.</summary>
internal sealed record SetSnapshot(ulong Base, ulong[] Bitmap, ulong[] Missing)
{
    public static SetSnapshot Of(SequenceSet set)
    {
        var words = new ulong[SequenceSet.WordsMax];
        return new SetSnapshot(set.Base, words[..set.CopyBitmap(words)], [.. set.Missing]);
    }

    public AcknowledgedSet Told => new(Base, Bitmap, Missing);

    public SequenceSet ToSet()
    {
        var set = new SequenceSet();
        set.TryBecome(Base, Bitmap, Missing).ShouldBeTrue();
        return set;
    }
}
