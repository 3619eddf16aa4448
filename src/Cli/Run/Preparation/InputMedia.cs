using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <param name="Width">As shown.</param>
internal sealed record InputPicture(int Width, int Height, Rational FrameRate);

internal sealed record InputSound(int SampleRate, int Channels);

/// <summary>What an input holds; null for what it has not.</summary>
internal sealed record InputMedia(InputPicture? Picture, InputSound? Sound)
{
    /// <summary>Reads ffprobe's JSON: the first video stream that is no cover picture, the first audio stream.</summary>
    /// <exception cref="RunException">There is neither, or the video does not say its size or rate.</exception>
    public static InputMedia Parse(string input, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var streams = document.RootElement.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToList() : [];
        var video = streams.FirstOrDefault(stream => Text(stream, "codec_type") == "video" && !IsCover(stream));
        var audio = streams.FirstOrDefault(stream => Text(stream, "codec_type") == "audio");
        var media = new InputMedia(
            video.ValueKind == JsonValueKind.Object ? PictureOf(input, video) : null,
            audio.ValueKind == JsonValueKind.Object ? new InputSound(Number(audio, "sample_rate"), Number(audio, "channels")) : null);
        return media is { Picture: null, Sound: null } ? throw new RunException($"{input}: there is neither video nor sound in it") : media;
    }

    private static InputPicture PictureOf(string input, JsonElement video)
    {
        var (width, height) = (Number(video, "width"), Number(video, "height"));
        if (width < 1 || height < 1 || Rate(video) is not { } rate)
            throw new RunException($"{input}: its video does not say its size or frame rate");
        return IsTurned(video) ? new InputPicture(height, width, rate) : new InputPicture(width, height, rate);
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
