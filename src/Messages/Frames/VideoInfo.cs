#pragma warning disable CA1051 // Fields: FrameInfo says why.
namespace K8sMediaFlow.Messages;

/// <summary>A raw picture.</summary>
public struct VideoInfo
{
    /// <summary>In pixels.</summary>
    public int Width;

    /// <summary>In pixels.</summary>
    public int Height;

    public PixelFormat PixelFormat;

    /// <summary>Frames per second is this over <see cref="FrameRateDenominator"/>; 0 if unknown.</summary>
    public int FrameRateNumerator;

    public int FrameRateDenominator;

    /// <summary>Where the components lie in the payload, at most <see cref="PlaneSet.Capacity"/>.</summary>
    public PlaneSet Planes;
}
