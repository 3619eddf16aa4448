namespace K8sMediaFlow.Links.Contract;

/// <summary>Where a link stands.</summary>
public enum LinkState
{
    /// <summary>Not yet opened, or opening.</summary>
    Connecting = 1,

    /// <summary>Both ends said Ready: data flows.</summary>
    Ready = 2,

    /// <summary>Was ready, or could not be opened: see the reason. The dialling end tries again.</summary>
    Lost = 3,

    /// <summary>Orderly end: everything delivered and done.</summary>
    Ended = 4,
}

/// <summary>Why a link is not ready.</summary>
public enum LinkLoss
{
    None = 0,

    /// <summary>No process listens there, or no answer came within the deadline.</summary>
    Unreachable,

    /// <summary>TLS failed: no certificate, not of our authority, expired.</summary>
    TlsFailed,

    /// <summary>A valid certificate of a peer that the plan does not name.</summary>
    WrongIdentity,

    /// <summary>The peer does not know this edge (yet).</summary>
    UnknownEdge,

    /// <summary>The peer belongs to another pipeline.</summary>
    WrongPipeline,

    /// <summary>No common protocol version.</summary>
    VersionMismatch,

    /// <summary>No common fabric.</summary>
    NoCommonFabric,

    /// <summary>This end cannot use any fabric that the plan allows; the reason names what stands in the way.</summary>
    FabricUnusable,

    /// <summary>The peer said something that the protocol forbids.</summary>
    ProtocolViolation,

    /// <summary>What landed does not agree with its grant or its header.</summary>
    LandingViolation,

    /// <summary>Control connection closed or reset.</summary>
    ControlClosed,

    /// <summary>Data connection closed, reset or refused.</summary>
    DataClosed,

    /// <summary>Nothing heard for the silence limit.</summary>
    Silence,

    /// <summary>The peer is going away in order, or does not take links now.</summary>
    PeerLeft,

    /// <summary>A newer connection of the same peer took over.</summary>
    Superseded,

    /// <summary>This end was closed.</summary>
    Closed,

    /// <summary>The plan now gives the peer another address, or other identities.</summary>
    Moved,

    /// <summary>A better fabric can be used again.</summary>
    BetterFabric,

    /// <summary>A certificate of the connection has run out: it is opened again with those that are there now.</summary>
    CertificateExpired,

    /// <summary>The key of an encrypted data connection has been used as often as is safe: it is opened again with a new one.</summary>
    KeyUsedUp,
}

/// <summary>A link's state and figures at one moment. Counters count since the link's object was made.</summary>
public readonly record struct LinkStatus
{
    public required string Edge { get; init; }
    public required string PeerPod { get; init; }
    public required LinkState State { get; init; }
    public required LinkLoss Loss { get; init; }

    /// <summary>The loss in words, naming the peer; empty when ready.</summary>
    public required string Reason { get; init; }
    public required uint Epoch { get; init; }

    /// <summary>What carries it, or carried it last; null before the first epoch.</summary>
    public LinkWay? Way { get; init; }

    /// <summary>Last measured round trip of the control connection; 0 before the first.</summary>
    public required long RoundTripNanoseconds { get; init; }
    public required ulong Frames { get; init; }
    public required ulong Bytes { get; init; }

    /// <summary>Sender: taken from the source and not done. Receiver: landed and not delivered.</summary>
    public required int Retained { get; init; }

    /// <summary>Grants that wait for a frame.</summary>
    public required int GrantsOutstanding { get; init; }

    /// <summary>Frames refused as too large (sender).</summary>
    public required ulong TooLarge { get; init; }

    /// <summary>Frames sent again after a loss (sender) or landed again (receiver).</summary>
    public required ulong Repeated { get; init; }

    /// <summary>Times that the link was lost.</summary>
    public required ulong Losses { get; init; }
}
