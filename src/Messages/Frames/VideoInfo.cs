namespace K8sMediaFlow.Messages;

/// <summary>A raw picture.</summary>
public struct VideoInfo
{
    /// <summary>In pixels.</summary>
    public int Width { get; set; }

    /// <summary>In pixels.</summary>
    public int Height { get; set; }

    public PixelFormat PixelFormat { get; set; }

    /// <summary>Frames per second is this over <see cref="FrameRateDenominator"/>; 0 if unknown.</summary>
    public int FrameRateNumerator { get; set; }

    public int FrameRateDenominator { get; set; }

    /// <summary>Where the components lie in the payload, at most <see cref="PlaneSet.Capacity"/>.</summary>
    public PlaneSet Planes { get; set; }
}
