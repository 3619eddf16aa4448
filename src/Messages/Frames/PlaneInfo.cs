namespace K8sMediaFlow.Messages;

/// <summary>Rows of one component, or of interleaved ones.</summary>
/// <param name="OffsetBytes">From the start of the payload.</param>
/// <param name="StrideBytes">From one row to the next.</param>
/// <param name="Rows">Rows, each of a whole stride.</param>
/// <param name="Payload">Which payload it lies in, 0 or 1.</param>
public readonly record struct PlaneInfo(int OffsetBytes, int StrideBytes, int Rows, byte Payload = 0)
{
    public long LengthBytes => (long)StrideBytes * Rows;
}
