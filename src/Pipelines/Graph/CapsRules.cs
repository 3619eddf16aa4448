namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>A field of some caps that is wrong, relative to the caps themselves: <c>video.width</c>.</summary>
public sealed record CapsFault(string Field, string Message);

/// <summary>What must hold in caps by themselves, whoever declared them.</summary>
public static class CapsRules
{
    public static IEnumerable<CapsFault> Check(MediaCaps caps) => (caps.Video, caps.Audio) switch
    {
        ({ } video, null) => CheckVideo(video),
        (null, { } audio) => CheckAudio(audio),
        (null, null) => [new CapsFault("", "caps name neither video nor audio")],
        _ => [new CapsFault("", "caps name both video and audio; a port carries one of them")],
    };

    private static IEnumerable<CapsFault> CheckVideo(VideoCaps video)
    {
        var sound = true;
        foreach (var fault in Bounds(("video.width", video.Width, FrameLimits.SideMax), ("video.height", video.Height, FrameLimits.SideMax),
                     ("video.frameRate", video.FrameRate.Numerator, int.MaxValue),
                         ("video.frameRate", video.FrameRate.Denominator, int.MaxValue)))
        {
            sound = false;
            yield return fault;
        }
        if (!PixelFormats.IsKnown(video.Format))
            yield return new CapsFault("video.format",
                $"'{video.Format}' is no pixel format; known are {string.Join(", ", PixelFormats.Names)}");
        else if (sound && video.FrameBytes > FrameLimits.PayloadBytesMax)
            yield return new CapsFault("video", $"a frame of {video.FrameBytes} bytes is larger than {FrameLimits.PayloadBytesMax}");
    }

    private static IEnumerable<CapsFault> CheckAudio(AudioCaps audio)
    {
        foreach (var fault in Bounds(("audio.sampleRate", audio.SampleRate, FrameLimits.SampleRateMax),
            ("audio.channels", audio.Channels, FrameLimits.ChannelsMax)))
            yield return fault;
        if (!SampleFormats.IsKnown(audio.Format))
            yield return new CapsFault("audio.format",
                $"'{audio.Format}' is no sample format; known are {string.Join(", ", SampleFormats.Names)}");
    }

    private static IEnumerable<CapsFault> Bounds(params (string Field, int Value, int Max)[] numbers) =>
        from number in numbers
        where number.Value < 1 || number.Value > number.Max
        select new CapsFault(number.Field, $"{number.Value} is not between 1 and {number.Max}");
}
