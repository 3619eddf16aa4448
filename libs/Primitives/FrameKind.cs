namespace K8sMediaFlow.Primitives;

/// <summary>What a cell of a channel, or an entry of a link, is. The values are those on the wire.</summary>
public enum FrameKind : ushort
{
    None = 0,

    /// <summary>A media unit in 1..3 segments.</summary>
    Frame = 1,

    /// <summary>Explains sequences that do not come. Has no segments.</summary>
    Gap = 2,

    /// <summary>No more of this stream; carries its last sequence. Has no segments.</summary>
    EndOfStream = 3,
}
