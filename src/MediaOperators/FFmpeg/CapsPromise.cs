using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>A source's caps are a promise. An input that differs is an error that names both, never a silent conversion.</summary>
internal static class CapsPromise
{
    /// <summary>Pixel format is not compared: the same picture in another format is converted.</summary>
    public static void Check(string input, string port, VideoShape declared, ProbedVideo? found)
    {
        if (found is null)
            throw new MediaException($"input '{input}' has no video, but port '{port}' declares {declared}");
        var sameSize = found.Width == declared.Width && found.Height == declared.Height;
        if (sameSize && found.Rates.Any(declared.Rate.IsAlmost))
            return;
        throw new MediaException($"input '{input}' has video of {found.Width}x{found.Height} at {Rates(found)} frames/s, "
            + $"but port '{port}' declares {declared.SizeText} at {declared.Rate} frames/s");
    }

    /// <summary>Sample format is not compared: it is converted.</summary>
    public static void Check(string input, string port, AudioShape declared, ProbedAudio? found)
    {
        if (found is null)
            throw new MediaException($"input '{input}' has no audio, but port '{port}' declares {declared}");
        if (found.SampleRate == declared.SampleRate && found.Channels == declared.Channels)
            return;
        throw new MediaException($"input '{input}' has audio of {found.SampleRate} Hz with {found.Channels} channels, "
            + $"but port '{port}' declares {declared.SampleRate} Hz with {declared.Channels} channels");
    }

    private static string Rates(ProbedVideo found) => found.Rates.Count == 0 ? "an unknown number of" : string.Join(" or ", found.Rates);
}
