namespace K8sMediaFlow.Links.Wire;

/// <summary>The first thing that is wrong with a frame header.</summary>
public enum FrameHeaderFault
{
    None = 0,
    TooShort,
    Magic,
    Kind,
    LinkSequence,
    Sequence,
    Flags,
    Gap,
    SegmentCount,
    SegmentTable,
    TotalLength,
    Reserved,
}
