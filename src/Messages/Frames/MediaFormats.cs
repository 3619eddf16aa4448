namespace K8sMediaFlow.Messages;

/// <summary>The names that users write for raw formats (ffmpeg's), and their numbers in the envelope.</summary>
public static class MediaFormats
{
    private static readonly string[] PixelNames = LowerNames<PixelFormat>();
    private static readonly string[] SampleNames = LowerNames<SampleFormat>();

    /// <summary><c>yuv420p</c> …; "unknown" for a number that this version does not know.</summary>
    public static string Name(PixelFormat format) => (int)format < PixelNames.Length ? PixelNames[(int)format] : PixelNames[0];

    /// <summary><c>s16le</c> …; "unknown" for a number that this version does not know.</summary>
    public static string Name(SampleFormat format) => (int)format < SampleNames.Length ? SampleNames[(int)format] : SampleNames[0];

    public static bool TryParse(string name, out PixelFormat format)
    {
        var index = Array.IndexOf(PixelNames, name);
        format = (PixelFormat)Math.Max(index, 0);
        return index > 0;
    }

    public static bool TryParse(string name, out SampleFormat format)
    {
        var index = Array.IndexOf(SampleNames, name);
        format = (SampleFormat)Math.Max(index, 0);
        return index > 0;
    }

    private static string[] LowerNames<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(name => char.ToLowerInvariant(name[0]) + name[1..]).ToArray();
}
