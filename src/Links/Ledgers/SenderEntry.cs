using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Ledgers;

/// <summary>How far a frame has come, as its sender knows.</summary>
internal enum SenderState : byte
{
    /// <summary>Not in the ledger.</summary>
    None,

    /// <summary>To be written in this epoch.</summary>
    Waiting,

    /// <summary>Handed to the fabric: says nothing about the other end.</summary>
    Written,

    /// <summary>The receiver said that it has it.</summary>
    Landed,

    /// <summary>The receiver said that it is not needed again.</summary>
    Done,
}

/// <summary>One retained frame.</summary>
internal struct SenderEntry
{
    public LinkFrame Frame;
    public ulong Sequence;
    public SenderState State;

    /// <summary>
    /// The fabric may still read the frame's memory: orthogonal to the state, a frame can be done before its write completes here.
    /// </summary>
    public bool InFabric;

    /// <summary>Was handed to a fabric before: from now on a replay.</summary>
    public bool WasWritten;

    /// <summary>When it was written last, by the clock of who writes; 0 before that.</summary>
    public long WrittenAtNanoseconds;

    /// <summary>The source has heard of the landing.</summary>
    public bool LandedTold;
}

/// <summary>What the source is to be told.</summary>
internal enum SenderEventKind : byte
{
    Landed,
    Refused,
    Dropped,
    Done,
}

/// <summary>
/// One thing to tell the source; of a landed frame (no notice) also when it was written, else 0; of a dropped one why.
/// </summary>
internal readonly record struct SenderEvent(SenderEventKind Kind, ulong Handle, long WrittenAtNanoseconds = 0,
    GapCause Cause = GapCause.None);

/// <summary>A frame with the grant that it is to be written into.</summary>
internal struct PendingWrite
{
    public ulong LinkSequence;
    public Grant Grant;
    public LinkFrame Frame;
    public long TotalLengthBytes;
}
