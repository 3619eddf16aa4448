namespace K8sMediaFlow.Sdk;

/// <summary>
/// Who a frame is: given once by its source, inherited by everything that derives from it, and the same after any replay.
/// </summary>
/// <param name="Stream">Random number of the source's stream; a source that cannot continue its sequence opens another.</param>
/// <param name="Sequence">Place in the stream, counted from 1 without holes.</param>
public readonly record struct FrameIdentity(ulong Stream, ulong Sequence)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Stream:x16}/{Sequence}";
}
