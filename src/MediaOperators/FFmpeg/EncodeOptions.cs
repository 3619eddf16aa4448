namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <param name="VideoCodec">ffmpeg's encoder name, or null for what fits the format.</param>
/// <param name="AudioCodec">ffmpeg's encoder name, or null for what fits the format.</param>
/// <param name="Preset">Speed preset of libx264 and libx265.</param>
/// <param name="OutputArguments">The user's own ffmpeg options for the output; they come last, so they win.</param>
internal sealed record EncodeOptions(
    OutputFormat Format, string? VideoCodec, string? AudioCodec, string Preset, IReadOnlyList<string> OutputArguments);
