namespace K8sMediaFlow.Sdk;

/// <summary>What went wrong, as far as a program can act on it.</summary>
public enum MediaOperatorError
{
    /// <summary>A <c>K8SMEDIAFLOW_*</c> variable or the token file is missing or malformed.</summary>
    Environment,

    /// <summary>The sidecar cannot be reached within the timeout.</summary>
    Unreachable,

    /// <summary>The sidecar refused the attach; the message has its code and reason.</summary>
    Refused,

    /// <summary>The sidecar or a peer wrote something that is not valid.</summary>
    Protocol,

    /// <summary>A frame does not fit any block of the region, or a port's quota.</summary>
    FrameTooLarge,

    /// <summary>A bounded wait ran out.</summary>
    Timeout,

    /// <summary>The operator has been disposed or has failed.</summary>
    Closed,
}

/// <summary>Every error of the SDK that is not a misuse of its API.</summary>
public sealed class MediaOperatorException(MediaOperatorError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What went wrong.</summary>
    public MediaOperatorError Error { get; } = error;
}
