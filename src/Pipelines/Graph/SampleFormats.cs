namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>The raw, interleaved sample formats that audio frames may carry, under the names that ffmpeg gives them.</summary>
public static class SampleFormats
{
    public static IReadOnlyList<string> Names { get; } = ["f32le", "f64le", "s16le", "s24le", "s32le", "u8"];

    public static bool IsKnown(string name) => Names.Contains(name);

    /// <summary>Bytes of one sample of one channel.</summary>
    public static int SampleBytes(string name) => name switch
    {
        "u8" => 1,
        "s16le" => 2,
        "s24le" => 3,
        "s32le" or "f32le" => 4,
        "f64le" => 8,
        _ => throw new ArgumentException($"'{name}' is no sample format; known are {string.Join(", ", Names)}", nameof(name)),
    };
}
