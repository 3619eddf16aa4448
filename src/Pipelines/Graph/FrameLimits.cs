namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>How large a frame may be, and why.</summary>
public static class FrameLimits
{
    /// <summary>A Cap'n Proto list counts its bytes in 29 bits, and a payload is one list.</summary>
    public const long PayloadBytesMax = (1L << 29) - 1;

    /// <summary>Pixels per side: with four bytes each, a row's length still fits 31 bits.</summary>
    public const int SideMax = 1 << 16;

    public const int SampleRateMax = 768_000;
    public const int ChannelsMax = 64;
}
