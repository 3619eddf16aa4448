namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <param name="Realtime">Read at the input's own pace instead of as fast as the consumers take it.</param>
/// <param name="InputArguments">The user's own ffmpeg options for the input; they come before -i.</param>
internal sealed record DecodeOptions(bool Realtime, IReadOnlyList<string> InputArguments);
