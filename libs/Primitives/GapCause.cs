namespace K8sMediaFlow.Primitives;

/// <summary>Why sequences do not come. The values are those on the wire.</summary>
public enum GapCause : uint
{
    None = 0,

    /// <summary>An input was disposed without an output.</summary>
    Disposed = 1,

    /// <summary>A policy of an edge dropped them.</summary>
    Dropped = 2,

    /// <summary>They are lost: no process has them any more.</summary>
    Lost = 3,

    /// <summary>They were older than their edge allows.</summary>
    Deadline = 4,
}
