namespace K8sMediaFlow.Links.Ledgers;

/// <summary>What a ledger makes of a message from the peer.</summary>
internal enum LedgerVerdict
{
    /// <summary>Taken over.</summary>
    Accepted,

    /// <summary>Of another epoch, or known already: dropped without effect.</summary>
    Stale,

    /// <summary>A grant message is missing before this one: the link must be opened anew.</summary>
    GrantGap,

    /// <summary>The cumulative count of grants does not agree with the slots that came.</summary>
    GrantCountWrong,

    /// <summary>A granted slot is granted already, outside the area or too small for a header.</summary>
    GrantImpossible,

    /// <summary>Acknowledges what was never written, or more than the window holds.</summary>
    AcknowledgesUnsent,

    /// <summary>The slot is not granted in this epoch.</summary>
    NotGranted,

    /// <summary>The header contradicts the grant, the landing or itself.</summary>
    HeaderWrong,

    /// <summary>The link sequence lies outside the window.</summary>
    OutsideWindow,
}

/// <summary>A block that the receiver gave leave to write into.</summary>
/// <param name="Slot">The receiver's name for it; returned in the frame header.</param>
/// <param name="OffsetBytes">Where it starts in the landing area.</param>
/// <param name="SizeBytes">Its size: its block class.</param>
internal readonly record struct Grant(uint Slot, long OffsetBytes, int SizeBytes);
