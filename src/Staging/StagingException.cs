namespace K8sMediaFlow.Staging;

public enum StagingError
{
    /// <summary>The machine has not the shared memory, or not the huge pages, that were asked for.</summary>
    OutOfMemory,

    /// <summary>A header that another process wrote is not what docs/reference/wire-formats.md says.</summary>
    BadHeader,

    /// <summary>Memory was handed over without the seals that make it safe to map.</summary>
    NotSealed,

    /// <summary>No process listens, or the peer has closed, or it sent what the protocol does not allow.</summary>
    PeerGone,

    /// <summary>The peer did not take or give a message in time.</summary>
    Deadline,

    /// <summary>The peer's message, or the descriptors beside it, do not fit the protocol.</summary>
    BadMessage,
}

/// <summary>Shared memory could not be set up, or a peer's part in it is not acceptable.</summary>
public sealed class StagingException(StagingError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public StagingError Error { get; } = error;
}
