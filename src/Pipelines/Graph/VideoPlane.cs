namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>One plane of a frame: its first byte in the payload, bytes from row to row, and rows.</summary>
public readonly record struct VideoPlane(long Offset, int Stride, int Height)
{
    public long Bytes => (long)Stride * Height;

    /// <summary>The planes of a picture, one behind the other. Halved sizes round up, as ffmpeg does for odd pictures.</summary>
    internal static VideoPlane[] Lay(VideoCaps caps)
    {
        var shapes = PixelFormats.Of(caps.Format);
        var planes = new VideoPlane[shapes.Length];
        var offset = 0L;
        for (var i = 0; i < planes.Length; i++)
        {
            var stride = checked(HalvedUp(caps.Width, shapes[i].WidthShift) * shapes[i].SampleBytes);
            planes[i] = new VideoPlane(offset, stride, HalvedUp(caps.Height, shapes[i].HeightShift));
            offset += planes[i].Bytes;
        }
        return planes;
    }

    private static int HalvedUp(int length, int shift) => (int)(((long)length + (1 << shift) - 1) >> shift);
}
