namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>Raw audio, interleaved, as a port declares it.</summary>
/// <param name="SamplesPerFrame">Of each channel; only a stream's last frame may have fewer.</param>
internal sealed record AudioShape(int SampleRate, int Channels, string Format, int SamplesPerFrame = 1024)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Bytes of one sample of all channels.</summary>
    public int SampleBytes => Channels * FormatBytes(Format);

    public int FrameBytes => SampleBytes * SamplesPerFrame;

    /// <summary>When the sample of this index begins, in nanoseconds from the stream's begin.</summary>
    public long TimeNs(long sampleIndex) => (long)((Int128)sampleIndex * NanosecondsPerSecond / SampleRate);

    public override string ToString() => $"{SampleRate} Hz, {Channels} channels, {Format}";

    private static int FormatBytes(string format) => format switch
    {
        "u8" => 1,
        "s16le" => 2,
        "s24le" => 3,
        "s32le" or "f32le" => 4,
        "f64le" => 8,
        _ => throw new MediaException($"sample format '{format}' is not supported; supported: u8, s16le, s24le, s32le, f32le, f64le"),
    };
}
