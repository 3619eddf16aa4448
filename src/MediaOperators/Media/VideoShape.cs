namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>Raw video as a port declares it.</summary>
internal sealed record VideoShape(int Width, int Height, PixelLayout Layout, FrameRate Rate)
{
    public VideoShape(int width, int height, string format, FrameRate rate)
        : this(width, height, PixelLayout.Of(format), rate)
    {
    }

    /// <summary>ffmpeg's name of the pixel format.</summary>
    public string Format => Layout.Format;

    public int FrameBytes => Layout.FrameBytes(Width, Height);

    public string SizeText => $"{Width}x{Height}";

    public override string ToString() => $"{SizeText} {Format} at {Rate} frames/s";
}
