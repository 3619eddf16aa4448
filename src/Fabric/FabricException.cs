namespace K8sMediaFlow.Fabric;

/// <summary>What a caller can tell apart, because it does something different about it.</summary>
public enum FabricError
{
    /// <summary>The peer closed, died or cannot be reached: fence, then a new epoch.</summary>
    PeerGone = 1,

    /// <summary>No peer accepts the connection: back off and try again.</summary>
    Refused = 2,

    /// <summary>A bound wait ran out.</summary>
    Deadline = 3,

    /// <summary>The peer wrote where it had no leave to: end the link and count it.</summary>
    GrantViolation = 4,

    /// <summary>The frame does not fit its grant: the frame's fault, the link lives on.</summary>
    TooLarge = 5,

    /// <summary>This end aborted, perhaps from another thread.</summary>
    Aborted = 6,

    /// <summary>Proposal or offer of another fabric or version, or a setting that this machine does not have.</summary>
    Incompatible = 7,

    /// <summary>What the peer sent is no frame header: end the link and count it.</summary>
    Malformed = 8,

    /// <summary>Landed bytes and their checksum differ, or bytes cannot be decrypted: end the link and count it.</summary>
    Corrupted = 9,

    /// <summary>The peer's certificate is missing, or is not one that this connection trusts: refuse it and back off.</summary>
    Untrusted = 10,
}

/// <summary>The one exception that leaves a fabric for reasons outside this process.</summary>
public sealed class FabricException(FabricError error, string message, Exception? cause = null)
    : Exception($"{error}: {message}", cause)
{
    public FabricError Error { get; } = error;
}
