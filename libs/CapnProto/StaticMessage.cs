namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Constants of a schema that are structs or lists: generated code holds their words, and reads them where they lie.
/// Safety: the words must be static data, because their address is kept; like code, they are trusted.
/// </summary>
public static class StaticMessage
{
    // A reader refers to a message; constants belong to none, so each thread has one for them.
    [ThreadStatic]
    private static MessageReader t_message;

    /// <param name="words">A pointer and what it leads to, in one piece.</param>
    public static T Read<T>(ReadOnlySpan<ulong> words)
        where T : IPointerReader<T>, allows ref struct
    {
        t_message.Renew(new ReadLimits(long.MaxValue / 2, 64));
        return T.FromPointer(t_message.ReadDefault(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words), 64));
    }
}
