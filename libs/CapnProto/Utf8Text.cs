using System.Text;

namespace K8sMediaFlow.CapnProto;

/// <summary>A text of a message, as the UTF-8 bytes that lie there, without its NUL. It is not checked to be sound UTF-8.</summary>
public readonly ref struct Utf8Text : IPointerReader<Utf8Text>
{
    public Utf8Text(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    /// <summary>The bytes, in the message.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public int Length => Bytes.Length;

    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>Compares without an allocation.</summary>
    public bool Equals(ReadOnlySpan<byte> utf8) => Bytes.SequenceEqual(utf8);

    /// <summary>Compares without an allocation; texts of more than 256 characters are decoded.</summary>
    public bool Equals(string text)
    {
        Span<byte> encoded = stackalloc byte[768];
        return text.Length <= 256
            ? Bytes.SequenceEqual(encoded[..Encoding.UTF8.GetBytes(text, encoded)])
            : ToString() == text;
    }

    /// <summary>A new string; what is no UTF-8 becomes U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    public static implicit operator ReadOnlySpan<byte>(Utf8Text text) => text.Bytes;

    internal static unsafe Utf8Text Terminated(byte* start, int lengthBytes)
    {
        if (lengthBytes == 0 || start[lengthBytes - 1] != 0)
            CapnProtoException.Throw(CapnProtoError.TextNotTerminated);
        return new Utf8Text(new ReadOnlySpan<byte>(start, lengthBytes - 1));
    }

    static Utf8Text IPointerReader<Utf8Text>.FromPointer(AnyPointerReader slot) => slot.AsText();
}
