namespace K8sMediaFlow.Messages.Tests;

internal static class SampleFrames
{
    /// <summary>1920x1080 yuv420p: 3,110,400 bytes.</summary>
    public static FrameInfo Video(int width = 1920, int height = 1080)
    {
        var planes = default(PlaneSet);
        planes.Add(new PlaneInfo(0, width, height));
        planes.Add(new PlaneInfo(width * height, width / 2, height / 2));
        planes.Add(new PlaneInfo(width * height * 5 / 4, width / 2, height / 2));
        return new FrameInfo
        {
            Stream = 0x1122334455667788,
            Sequence = 42,
            CaptureTimeWallNs = 1_700_000_000_000_000_000,
            PresentationTimeNs = 1_400_000_000,
            DurationNs = 33_333_333,
            Kind = MediaKind.Video,
            Video = new VideoInfo
            {
                Width = width,
                Height = height,
                PixelFormat = PixelFormat.Yuv420p,
                FrameRateNumerator = 30000,
                FrameRateDenominator = 1001,
                Planes = planes,
            },
        };
    }

    public static FrameMetadata Metadata()
    {
        var metadata = new FrameMetadata();
        metadata.Set("score", 0.75);
        metadata.Set("scene", 3L);
        metadata.Set("cut", true);
        metadata.Set("label", "Tor für…");
        metadata.Set("blob", (ReadOnlySpan<byte>)[1, 2, 3]);
        metadata.Set("histogram", (ReadOnlySpan<double>)[0.5, 0.25]);
        metadata.Set("counts", (ReadOnlySpan<long>)[1, -2, 3]);
        return metadata;
    }
}
