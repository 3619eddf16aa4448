using System.Collections.Frozen;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>One plane of a pixel format: bytes per sample group, and how far its width and height are halved.</summary>
internal readonly record struct PlaneShape(int SampleBytes, int WidthShift, int HeightShift);

/// <summary>
/// The raw pixel formats that frames may carry, under the names that ffmpeg gives them. Planes lie one behind the other
/// without padding, as ffmpeg's rawvideo has them, so that a frame goes between pipe and block in one piece.
/// </summary>
public static class PixelFormats
{
    private static readonly PlaneShape Full = new(1, 0, 0);
    private static readonly PlaneShape Quarter = new(1, 1, 1);

    private static readonly FrozenDictionary<string, PlaneShape[]> Shapes = new Dictionary<string, PlaneShape[]>
    {
        ["yuv420p"] = [Full, Quarter, Quarter],
        ["yuvj420p"] = [Full, Quarter, Quarter],
        ["yuv422p"] = [Full, new(1, 1, 0), new(1, 1, 0)],
        ["yuv444p"] = [Full, Full, Full],
        ["nv12"] = [Full, new(2, 1, 1)],
        ["gray"] = [Full],
        ["rgb24"] = [new(3, 0, 0)],
        ["bgr24"] = [new(3, 0, 0)],
        ["rgba"] = [new(4, 0, 0)],
        ["bgra"] = [new(4, 0, 0)],
        ["yuv420p10le"] = [new(2, 0, 0), new(2, 1, 1), new(2, 1, 1)],
        ["yuv422p10le"] = [new(2, 0, 0), new(2, 1, 0), new(2, 1, 0)],
    }.ToFrozenDictionary();

    /// <summary>All names, sorted, for messages.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Shapes.Keys.Order(StringComparer.Ordinal)];

    public static bool IsKnown(string name) => Shapes.ContainsKey(name);

    internal static PlaneShape[] Of(string name) => Shapes.TryGetValue(name, out var shape)
        ? shape
        : throw new ArgumentException($"'{name}' is no pixel format; known are {string.Join(", ", Names)}", nameof(name));
}
