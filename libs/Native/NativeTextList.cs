using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native;

/// <summary>A NULL-terminated array of C strings, such as argv.</summary>
internal sealed unsafe class NativeTextList : IDisposable
{
    private readonly int _count;

    internal NativeTextList(string[] texts)
    {
        _count = texts.Length;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var index = 0; index < _count; index++)
            Pointer[index] = Copy(NativeText.Of(texts[index]));
    }

    internal byte** Pointer { get; }

    public void Dispose()
    {
        for (var index = 0; index < _count; index++)
            NativeMemory.Free(Pointer[index]);
        NativeMemory.Free(Pointer);
    }

    private static byte* Copy(byte[] text)
    {
        var copy = (byte*)NativeMemory.Alloc((nuint)text.Length);
        text.CopyTo(new Span<byte>(copy, text.Length));
        return copy;
    }
}
