namespace K8sMediaFlow.Sdk;

/// <summary>What the frames of a port are: <see cref="VideoCaps"/>, <see cref="AudioCaps"/> or <see cref="EncodedCaps"/>.</summary>
public abstract record FrameCaps
{
    private protected FrameCaps()
    {
    }

    /// <summary>Bytes of one frame's payload; 0 where frames have no fixed size (encoded messages, formats of unknown layout).</summary>
    public abstract int PayloadBytes { get; }
}

/// <summary>Raw video.</summary>
/// <param name="Width">Pixels per line.</param>
/// <param name="Height">Lines.</param>
/// <param name="Format">FFmpeg's name of the pixel format, for example <c>yuv420p</c>.</param>
/// <param name="FrameRateNumerator">Frames …</param>
/// <param name="FrameRateDenominator">… per so many seconds: 30000/1001. 0/1 where the rate is not known.</param>
public sealed record VideoCaps(int Width, int Height, string Format, int FrameRateNumerator, int FrameRateDenominator) : FrameCaps
{
    private IReadOnlyList<PlaneLayout>? _planes;

    /// <summary>
    /// The planes of a frame, tightly packed one after the other as ffmpeg's rawvideo has them. Empty for a format of unknown layout.
    /// </summary>
    public IReadOnlyList<PlaneLayout> Planes => _planes ??= PlaneLayout.Of(Format, Width, Height);

    /// <inheritdoc/>
    public override int PayloadBytes => Planes.Count == 0 ? 0 : checked((int)(Planes[^1].OffsetBytes + Planes[^1].LengthBytes));

    /// <summary>How long one frame is shown, in nanoseconds; 0 where the rate is not known.</summary>
    public long FrameDurationNs => FrameRateNumerator <= 0 ? 0 : 1_000_000_000L * FrameRateDenominator / FrameRateNumerator;

    /// <summary>Same picture shape and rate.</summary>
    public bool Equals(VideoCaps? other) => other is not null && Width == other.Width && Height == other.Height && Format == other.Format
        && (long)FrameRateNumerator * other.FrameRateDenominator == (long)other.FrameRateNumerator * FrameRateDenominator;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, Format);
}

/// <summary>Raw audio, samples interleaved.</summary>
/// <param name="SampleRate">Samples per second and channel.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Format">FFmpeg's name of the sample format with its byte order, for example <c>s16le</c>.</param>
/// <param name="SamplesPerFrame">Samples per channel in a full frame; the last frame of a stream may have fewer.</param>
public sealed record AudioCaps(int SampleRate, int Channels, string Format, int SamplesPerFrame = 1024) : FrameCaps
{
    /// <summary>Bytes of one sample of one channel; 0 for a format of unknown layout.</summary>
    public int SampleBytes => Format switch
    {
        "u8" => 1,
        "s16le" or "s16" => 2,
        "s24le" => 3,
        "s32le" or "s32" or "f32le" or "flt" => 4,
        "f64le" or "dbl" => 8,
        _ => 0,
    };

    /// <inheritdoc/>
    public override int PayloadBytes => checked(SamplesPerFrame * Channels * SampleBytes);
}

/// <summary>Encoded messages (Cap'n Proto, Protobuf, JSON, a compressed picture) with the identity of their schema.</summary>
/// <param name="SchemaName">For people, for example <c>Detections</c>.</param>
/// <param name="SchemaId">For programs; 0 where the encoding has none.</param>
/// <param name="Encoding">For example <c>capnp</c>, <c>protobuf</c>, <c>json</c>.</param>
public sealed record EncodedCaps(string SchemaName, ulong SchemaId, string Encoding) : FrameCaps
{
    /// <inheritdoc/>
    public override int PayloadBytes => 0;
}
