using System.Text;

namespace K8sMediaFlow.Messages;

/// <summary>
/// Strings for names that come again with every frame, so that reading them allocates once. Bounded: a peer that sends ever new names
/// costs itself an allocation each, and pushes others out.
/// </summary>
internal static class KnownNames
{
    private const int Count = 64;

    [ThreadStatic]
    private static (byte[] Bytes, string Name)[]? s_names;

    public static string? Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return null;
        s_names ??= new (byte[] Bytes, string Name)[Count];
        ref var known = ref s_names[(utf8.Length + (utf8[^1] * 7) + (utf8[0] * 31)) % Count];
        if (known.Bytes is null || !utf8.SequenceEqual(known.Bytes))
            known = Copy(utf8.ToArray());
        return known.Name;
    }

    /// <summary>Name and key from one copy: a writer that changes the text in between must not give others a wrong name.</summary>
    private static (byte[] Bytes, string Name) Copy(byte[] bytes) => (bytes, Encoding.UTF8.GetString(bytes));
}
