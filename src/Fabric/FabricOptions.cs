namespace K8sMediaFlow.Fabric;

/// <summary>Settings of both ends of a connection; what a fabric has no use for it ignores.</summary>
public sealed record FabricOptions
{
    public const int QueuePairsMax = 8;

    public static FabricOptions Default { get; } = new();

    /// <summary>Tcp: congestion control by name, for example <c>reno</c>; null leaves the system's.
    /// On a veth pair bbr, the default of some machines, is 4 to 6 times slower than reno or cubic.</summary>
    public string? CongestionControl { get; init; }

    /// <summary>Tcp: SO_SNDBUF; 0 leaves the kernel's own tuning.</summary>
    public int SendBufferBytes { get; init; }

    /// <summary>Tcp: SO_RCVBUF; 0 leaves the kernel's own tuning.</summary>
    public int ReceiveBufferBytes { get; init; }

    /// <summary>Tcp: TCP_NODELAY. A frame is one call, so nothing is gained by waiting for more.</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>Sender: puts a CRC32C of the segments into each header. A receiver always checks one that is there.
    /// Costs one reading of the payload at each end.</summary>
    public bool Checksum { get; init; }

    /// <summary>Depth of the send queue: writes not yet reported by <see cref="IFabricSender.Poll"/>.</summary>
    public int WritesInFlightMax { get; init; } = 256;

    /// <summary>Depth of the receive queue: grants outstanding at a time.</summary>
    public int GrantsMax { get; init; } = 4096;

    /// <summary>How long a write may be blocked by a peer that takes nothing.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long sent bytes may stay unacknowledged by the peer's kernel (TCP_USER_TIMEOUT). It also ends a connection whose
    /// receiver has read nothing for so long with full buffers, so it is well above the links' own heartbeat limit.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a new connection may take to show its token, and as long again for its TLS handshake. Bounds a peer that hangs.
    /// Five seconds were too short for a first handshake on a machine that starved both ends.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Tcp with TLS: records that the key of one connection encrypts. AES-GCM is safe for 2^24.5 full ones (RFC 8446, section 5.5), and
    /// SslStream cannot change the key of a living connection.
    /// </summary>
    public long TlsRecordsMax { get; init; } = 1L << 24;

    /// <summary>Verbs: how completions are waited for.</summary>
    public CompletionPolling Polling { get; init; } = CompletionPolling.Hybrid;

    /// <summary>Verbs: how long a hybrid wait looks before it sleeps.</summary>
    public TimeSpan SpinTime { get; init; } = TimeSpan.FromMicroseconds(20);

    /// <summary>
    /// Verbs: queue pairs of a connection, 1 to <see cref="QueuePairsMax"/>, that whole frames alternate over; the end that wants fewer has
    /// its way.
    /// </summary>
    public int QueuePairs
    {
        get;
        init => field = value is >= 1 and <= QueuePairsMax
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"1 to {QueuePairsMax} queue pairs");
    } = 1;

    /// <summary>Verbs: what packets carry in the byte of the IP header by which networks tell classes of traffic apart.</summary>
    public byte TrafficClass { get; init; }

    /// <summary>Verbs: entries of the completion queue where a test wants it to overflow; null for as many as can be needed.</summary>
    internal int? CompletionsMax { get; init; }
}

/// <summary>How an end of a connection waits for its device.</summary>
public enum CompletionPolling
{
    /// <summary>Looks for a while, then sleeps.</summary>
    Hybrid = 0,

    /// <summary>Looks all the time: least latency, one core.</summary>
    Busy = 1,

    /// <summary>Sleeps at once.</summary>
    Event = 2,
}
