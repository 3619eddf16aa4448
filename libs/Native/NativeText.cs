using System.Text;

namespace K8sMediaFlow.Native;

internal static class NativeText
{
    /// <summary>UTF-8 with the closing NUL that C wants.</summary>
    /// <exception cref="ArgumentException">The text has a NUL inside: C would see less than was said.</exception>
    internal static byte[] Of(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("The text has a NUL character in it.", nameof(text));
        return Encoding.UTF8.GetBytes(text + '\0');
    }
}
