using System.Text;

namespace K8sMediaFlow.Messages;

/// <summary>Entries and their bytes in two arrays that only ever grow.</summary>
internal sealed class MetadataStore
{
    private MetadataEntry[] _entries = new MetadataEntry[16];
    private byte[] _bytes = new byte[1024];
    private int _bytesUsed;

    public int Count { get; private set; }

    /// <summary>Per entry: four words of its struct, and the padding and NUL of name and value; the list's tag once.</summary>
    public int SizeBytesMax => 8 + (Count * (32 + 16)) + _bytesUsed;

    public ref readonly MetadataEntry this[int index] => ref _entries[index];

    public void Clear()
    {
        Count = 0;
        _bytesUsed = 0;
    }

    /// <summary>The entry of that name, old or new, with its value still to be set.</summary>
    public ref MetadataEntry Place(string name, FrameMessage.Metadata.Which kind)
    {
        Span<byte> utf8 = stackalloc byte[FrameMetadata.NameBytesMax];
        if (!Encoding.UTF8.TryGetBytes(name, utf8, out var length))
            throw new ArgumentException($"A metadata name has at most {FrameMetadata.NameBytesMax} bytes.", nameof(name));
        return ref Place(utf8[..length], kind);
    }

    public ref MetadataEntry Place(scoped ReadOnlySpan<byte> name, FrameMessage.Metadata.Which kind)
    {
        if (name.Length is 0 or > FrameMetadata.NameBytesMax)
            throw new ArgumentException($"A metadata name has 1 to {FrameMetadata.NameBytesMax} bytes.", nameof(name));
        var index = Find(name);
        if (index < 0)
            index = Add(name);
        ref var entry = ref _entries[index];
        entry.Kind = kind;
        entry.Value = default;
        entry.Bits = 0;
        return ref entry;
    }

    public bool Remove(string name)
    {
        Span<byte> utf8 = stackalloc byte[FrameMetadata.NameBytesMax];
        var index = Encoding.UTF8.TryGetBytes(name, utf8, out var length) ? Find(utf8[..length]) : -1;
        if (index < 0)
            return false;
        _entries.AsSpan(index + 1, Count - index - 1).CopyTo(_entries.AsSpan(index));
        Count--;
        return true;
    }

    public MetadataBytes Append(int length)
    {
        if (_bytesUsed + length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _bytesUsed + length));
        _bytesUsed += length;
        return new MetadataBytes(_bytesUsed - length, length);
    }

    public Span<byte> Bytes(MetadataBytes place) => _bytes.AsSpan(place.Offset, place.Length);

    private int Find(ReadOnlySpan<byte> name)
    {
        for (var index = 0; index < Count; index++)
        {
            if (Bytes(_entries[index].Name).SequenceEqual(name))
                return index;
        }

        return -1;
    }

    private int Add(ReadOnlySpan<byte> name)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        var place = Append(name.Length);
        name.CopyTo(Bytes(place));
        _entries[Count].Name = place;
        return Count++;
    }
}
