using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>From the SDK's caps to the shapes that command lines and arithmetic are made of.</summary>
internal static class CapsShapes
{
    public static VideoShape Shape(this VideoCaps caps) =>
        new(caps.Width, caps.Height, caps.Format, new FrameRate(caps.FrameRateNumerator, caps.FrameRateDenominator));

    public static AudioShape Shape(this AudioCaps caps) => new(caps.SampleRate, caps.Channels, caps.Format, caps.SamplesPerFrame);

    /// <summary>For ffmpeg, which has no "unknown" rate; throws <see cref="MediaException"/> naming the port.</summary>
    public static VideoShape WithKnownRate(this VideoShape shape, string port) => shape.Rate.IsKnown
        ? shape
        : throw new MediaException($"port '{port}' declares no frame rate");
}
