namespace K8sMediaFlow.Native.Ibverbs;

/// <summary>What a queue pair has room for.</summary>
public readonly record struct QueuePairSize(int SendsMax, int ReceivesMax, int PartsPerSendMax);

/// <summary>Everything that binds one end of a connection to the other.</summary>
public readonly record struct QueuePairRoute
{
    public required byte Port { get; init; }

    /// <summary>Our own address: an index of the port's table.</summary>
    public required byte GidIndex { get; init; }

    /// <summary>Of the packets' IP header.</summary>
    public required byte TrafficClass { get; init; }

    public required byte[] RemoteGid { get; init; }

    public required uint RemoteNumber { get; init; }

    /// <summary>Number of the first packet that each side sends: 24 bits.</summary>
    public required uint RemoteFirstPacket { get; init; }

    /// <inheritdoc cref="RemoteFirstPacket"/>
    public required uint LocalFirstPacket { get; init; }

    /// <summary>256, 512, 1024, 2048 or 4096.</summary>
    public required int MtuBytes { get; init; }

    /// <summary>An acknowledgement is missed after 4.096 µs × 2^code.</summary>
    public required byte TimeoutCode { get; init; }

    /// <summary>At most 6: some devices take 7 for ever.</summary>
    public required byte RetriesMax { get; init; }

    /// <summary>How long a peer without receives asks us to wait, as the standard's table codes it.</summary>
    public required byte NotReadyDelayCode { get; init; }

    /// <summary>At most 6; 7 would mean for ever.</summary>
    public required byte NotReadyRetriesMax { get; init; }
}

public enum SendKind
{
    /// <summary>Bytes into the peer's memory; the peer's program hears nothing of it.</summary>
    Write,

    /// <summary>The same, and a completion at the peer that carries the immediate.</summary>
    WriteWithImmediate,

    /// <summary>A message, here always of no bytes but the immediate.</summary>
    SendWithImmediate,
}

/// <summary>A piece of work to post. One that is not signaled is only heard of when it fails.</summary>
public readonly record struct SendWork(ulong Id, SendKind Kind, bool IsSignaled, uint Immediate, ulong RemoteAddress, uint RemoteKey,
    int PartCount);

/// <summary>Registered local memory that a work takes bytes from.</summary>
public readonly record struct MemoryPiece(nint Address, int LengthBytes, uint LocalKey);
