using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>What an input holds: picture size as shown, frame rate, and its sound, where it has any.</summary>
internal sealed record InputMedia(int Width, int Height, Rational FrameRate, int? SampleRate, int? Channels)
{
    /// <summary>Reads ffprobe's JSON: the first video stream that is no cover picture, the first audio stream.</summary>
    /// <exception cref="RunException">There is no video, or it does not say its size or rate.</exception>
    public static InputMedia Parse(string input, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var streams = document.RootElement.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToList() : [];
        var video = streams.FirstOrDefault(stream => Text(stream, "codec_type") == "video" && !IsCover(stream));
        var audio = streams.FirstOrDefault(stream => Text(stream, "codec_type") == "audio");
        if (video.ValueKind != JsonValueKind.Object)
            throw new RunException($"{input}: there is no video in it");
        var (width, height) = (Number(video, "width"), Number(video, "height"));
        if (width < 1 || height < 1 || Rate(video) is not { } rate)
            throw new RunException($"{input}: its video does not say its size or frame rate");
        if (IsTurned(video))
            (width, height) = (height, width);
        var sound = audio.ValueKind == JsonValueKind.Object;
        return new InputMedia(width, height, rate, sound ? Number(audio, "sample_rate") : null, sound ? Number(audio, "channels") : null);
    }

    /// <summary>
    /// The stream's own rate, unless it is far from the average: for a variable rate it is then only the smallest step between two frames.
    /// </summary>
    private static Rational? Rate(JsonElement video)
    {
        var hasOwn = Rational.TryParse(Text(video, "r_frame_rate"), out var own);
        var hasAverage = Rational.TryParse(Text(video, "avg_frame_rate"), out var average);
        if (!hasOwn || !hasAverage)
            return hasOwn ? own : hasAverage ? average : null;
        return Math.Abs(own.Value - average.Value) <= 0.02 * average.Value ? own : average;
    }

    private static bool IsCover(JsonElement stream)
        => stream.TryGetProperty("disposition", out var disposition) && Number(disposition, "attached_pic") == 1;

    private static bool IsTurned(JsonElement stream)
        => stream.TryGetProperty("side_data_list", out var list) && list.EnumerateArray().Any(data => Number(data, "rotation") % 180 != 0);

    private static string Text(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) ? value.ToString() : "";

    // ffprobe writes some numbers as numbers and some as text.
    private static int Number(JsonElement element, string name)
        => int.TryParse(Text(element, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
