namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>One plane of a packed raw picture: every 2^shift-th sample of the picture in each direction.</summary>
internal readonly record struct PlaneShape(int ShiftX, int ShiftY, int BytesPerSample)
{
    public int Width(int pictureWidth) => (pictureWidth + (1 << ShiftX) - 1) >> ShiftX;

    public int Height(int pictureHeight) => (pictureHeight + (1 << ShiftY) - 1) >> ShiftY;

    public int StrideBytes(int pictureWidth) => Width(pictureWidth) * BytesPerSample;

    public int LengthBytes(int pictureWidth, int pictureHeight) => StrideBytes(pictureWidth) * Height(pictureHeight);
}

/// <summary>What the samples of a picture mean; drawing and luma reading differ by it, nothing else does.</summary>
internal enum PixelModel
{
    /// <summary>Plane 0 is luma, one byte a sample.</summary>
    Luma8,

    /// <summary>Plane 0 is luma, ten bits in two bytes, little-endian.</summary>
    Luma10,

    /// <summary>One plane of red, green, blue (and alpha).</summary>
    RedFirst,

    /// <summary>One plane of blue, green, red (and alpha).</summary>
    BlueFirst,
}

/// <summary>How ffmpeg's rawvideo lays a picture of one pixel format out: planes one after another, no padding.</summary>
internal sealed record PixelLayout(string Format, PixelModel Model, IReadOnlyList<PlaneShape> Planes)
{
    private static readonly PlaneShape _full = new(0, 0, 1);
    private static readonly PlaneShape _quarter = new(1, 1, 1);
    private static readonly PlaneShape _half = new(1, 0, 1);

    private static readonly Dictionary<string, PixelLayout> _known = new PixelLayout[]
    {
        new("yuv420p", PixelModel.Luma8, [_full, _quarter, _quarter]),
        new("yuv422p", PixelModel.Luma8, [_full, _half, _half]),
        new("yuv444p", PixelModel.Luma8, [_full, _full, _full]),
        new("nv12", PixelModel.Luma8, [_full, new(1, 1, 2)]),
        new("gray", PixelModel.Luma8, [_full]),
        new("yuv420p10le", PixelModel.Luma10, [new(0, 0, 2), new(1, 1, 2), new(1, 1, 2)]),
        new("yuv422p10le", PixelModel.Luma10, [new(0, 0, 2), new(1, 0, 2), new(1, 0, 2)]),
        new("rgb24", PixelModel.RedFirst, [new(0, 0, 3)]),
        new("rgba", PixelModel.RedFirst, [new(0, 0, 4)]),
        new("bgr24", PixelModel.BlueFirst, [new(0, 0, 3)]),
        new("bgra", PixelModel.BlueFirst, [new(0, 0, 4)]),
    }.ToDictionary(layout => layout.Format);

    /// <summary>
    /// The layout of a pixel format by ffmpeg's name of it; throws <see cref="MediaException"/> for one that is not raw or not known.
    /// </summary>
    public static PixelLayout Of(string format) => _known.TryGetValue(format, out var layout)
        ? layout
        : throw new MediaException($"pixel format '{format}' is not supported; supported: {string.Join(", ", _known.Keys)}");

    public int FrameBytes(int width, int height) => PlaneOffsetBytes(Planes.Count, width, height);

    /// <summary>Where plane <paramref name="index"/> begins in the frame.</summary>
    public int PlaneOffsetBytes(int index, int width, int height)
    {
        var offset = 0;
        for (var before = 0; before < index; before++)
            offset = checked(offset + Planes[before].LengthBytes(width, height));
        return offset;
    }
}
