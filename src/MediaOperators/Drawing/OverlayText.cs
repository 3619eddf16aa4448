using System.Globalization;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Drawing;

/// <summary>The line that overlay writes: "score 0.123 #42".</summary>
internal static class OverlayText
{
    public const int CharsMax = 160;

    private const int TextCharsMax = 100;

    /// <summary>Returns the characters written. Allocates nothing.</summary>
    /// <param name="text">If it names a number of the metadata, its value follows it.</param>
    public static int Write(Span<char> line, string text, FrameMetadata metadata, ulong sequence)
    {
        var label = text.AsSpan(0, Math.Min(text.Length, TextCharsMax));
        var used = 0;
        if (label.Length > 0 && metadata.TryGet(text, out double value))
            line.TryWrite(CultureInfo.InvariantCulture, $"{label} {value:0.000} #{sequence}", out used);
        else if (label.Length > 0)
            line.TryWrite(CultureInfo.InvariantCulture, $"{label} #{sequence}", out used);
        else
            line.TryWrite(CultureInfo.InvariantCulture, $"#{sequence}", out used);
        return used;
    }
}
