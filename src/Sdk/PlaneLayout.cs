namespace K8sMediaFlow.Sdk;

/// <summary>One plane of a raw picture.</summary>
/// <param name="OffsetBytes">From the start of the payload.</param>
/// <param name="StrideBytes">From one line to the next.</param>
/// <param name="Lines">Lines of this plane (chroma planes may have half of the picture's).</param>
public readonly record struct PlaneLayout(int OffsetBytes, int StrideBytes, int Lines)
{
    /// <summary>Bytes of the plane.</summary>
    public int LengthBytes => checked(StrideBytes * Lines);

    /// <summary>The planes of a tightly packed picture; empty for a format that this table lacks.</summary>
    public static IReadOnlyList<PlaneLayout> Of(string format, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        var (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2);
        return format switch
        {
            "yuv420p" or "yuvj420p" => Pack((width, height), (halfWidth, halfHeight), (halfWidth, halfHeight)),
            "yuv420p10le" => Pack((2 * width, height), (2 * halfWidth, halfHeight), (2 * halfWidth, halfHeight)),
            "yuv422p" or "yuvj422p" => Pack((width, height), (halfWidth, height), (halfWidth, height)),
            "yuv422p10le" => Pack((2 * width, height), (2 * halfWidth, height), (2 * halfWidth, height)),
            "yuv444p" or "yuvj444p" or "gbrp" => Pack((width, height), (width, height), (width, height)),
            "nv12" or "nv21" => Pack((width, height), (2 * halfWidth, halfHeight)),
            "gray" => Pack((width, height)),
            "gray16le" => Pack((2 * width, height)),
            "rgb24" or "bgr24" => Pack((3 * width, height)),
            "rgba" or "bgra" or "argb" or "abgr" or "rgb0" or "bgr0" => Pack((4 * width, height)),
            "yuyv422" or "uyvy422" => Pack((4 * halfWidth, height)),
            _ => [],
        };
    }

    private static PlaneLayout[] Pack(params ReadOnlySpan<(int StrideBytes, int Lines)> planes)
    {
        var packed = new PlaneLayout[planes.Length];
        var offsetBytes = 0;
        for (var i = 0; i < planes.Length; i++)
        {
            packed[i] = new PlaneLayout(offsetBytes, planes[i].StrideBytes, planes[i].Lines);
            offsetBytes = checked(offsetBytes + packed[i].LengthBytes);
        }
        return packed;
    }
}
