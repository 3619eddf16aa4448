using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <param name="Width">As shown: a picture that players turn by 90° has its sides swapped.</param>
/// <param name="Rates">What the container and the stream say; they may differ, and either is honest.</param>
/// <param name="FrameCount">0 where the container does not know.</param>
internal sealed record ProbedVideo(int Width, int Height, IReadOnlyList<FrameRate> Rates, long FrameCount);

internal sealed record ProbedAudio(int SampleRate, int Channels);

/// <summary>What ffprobe says of an input's first video stream (cover art aside) and first audio stream.</summary>
/// <param name="Format">The container's name, as ffprobe has it.</param>
/// <param name="Duration">What the container announces; zero where it does not, or where it was only measured on what is there.</param>
internal sealed record ProbedMedia(ProbedVideo? Video, ProbedAudio? Audio, string Format, TimeSpan Duration)
{
    /// <summary>Reads ffprobe's JSON.</summary>
    public static ProbedMedia Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var container = document.RootElement.TryGetProperty("format", out var format) ? format : default;
        var streams = document.RootElement.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToArray() : [];
        var video = streams.FirstOrDefault(stream => IsOfType(stream, "video") && !IsCoverArt(stream));
        var audio = streams.FirstOrDefault(stream => IsOfType(stream, "audio"));
        return new ProbedMedia(
            video.ValueKind == JsonValueKind.Object ? ReadVideo(video) : null,
            audio.ValueKind == JsonValueKind.Object
                ? new ProbedAudio((int)Number(audio, "sample_rate"), (int)Number(audio, "channels"))
                : null,
            Text(container, "format_name") ?? "",
            Seconds(Text(container, "duration")));
    }

    /// <summary>With -r before the input, ffmpeg reads its pictures at that rate, whatever the input says.</summary>
    public ProbedMedia WithRateOf(IReadOnlyList<string> inputArguments)
    {
        var at = inputArguments.ToList().FindLastIndex(word => word is "-r" or "-r:v" or "-r:v:0");
        return Video is not null && at >= 0 && at + 1 < inputArguments.Count && FrameRate.TryParse(inputArguments[at + 1], out var rate)
            ? this with { Video = Video with { Rates = [rate] } }
            : this;
    }

    private static TimeSpan Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;

    private static ProbedVideo ReadVideo(JsonElement stream)
    {
        var (width, height) = ((int)Number(stream, "width"), (int)Number(stream, "height"));
        if (IsTurned(stream))
            (width, height) = (height, width);
        var rates = new List<FrameRate>();
        foreach (var name in (string[])["r_frame_rate", "avg_frame_rate"])
            if (FrameRate.TryParse(Text(stream, name), out var rate) && !rates.Contains(rate))
                rates.Add(rate);
        return new ProbedVideo(width, height, rates, Number(stream, "nb_frames"));
    }

    private static bool IsOfType(JsonElement stream, string type) => Text(stream, "codec_type") == type;

    private static bool IsCoverArt(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var disposition) && Number(disposition, "attached_pic") == 1;

    private static bool IsTurned(JsonElement stream) =>
        stream.TryGetProperty("side_data_list", out var list) && list.EnumerateArray().Any(data => Number(data, "rotation") % 180 != 0);

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // ffprobe writes some numbers as numbers and some as text.
    private static long Number(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
            return 0;
        if (value.ValueKind == JsonValueKind.Number)
            return value.TryGetInt64(out var number) ? number : 0;
        return long.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
    }
}
