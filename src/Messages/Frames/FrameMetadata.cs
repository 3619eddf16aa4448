using System.Runtime.InteropServices;
using System.Text;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Messages;

/// <summary>
/// Metadata being put together for a frame: names with values. Reusable: after <see cref="Clear"/> it keeps its memory, so that a
/// steady stream allocates nothing. To pass a frame on: <see cref="CopyFrom"/> the earlier entries, then set what is new.
/// Not for several threads at once.
/// </summary>
public sealed class FrameMetadata
{
    /// <summary>Longer names, in UTF-8 bytes, are refused.</summary>
    public const int NameBytesMax = 255;

    private readonly MetadataStore _store = new();

    public int Count => _store.Count;

    /// <summary>Bytes of an envelope that these entries need at most.</summary>
    public int SizeBytesMax => _store.SizeBytesMax;

    public void Clear() => _store.Clear();

    /// <summary>Sets an entry, in place of an earlier one of that name.</summary>
    /// <exception cref="ArgumentException">The name is empty or longer than <see cref="NameBytesMax"/>.</exception>
    public void Set(string name, long value) => _store.Place(name, FrameMessage.Metadata.Which.Int64).Bits = value;

    /// <inheritdoc cref="Set(string, long)"/>
    public void Set(string name, double value) =>
        _store.Place(name, FrameMessage.Metadata.Which.Float64).Bits = BitConverter.DoubleToInt64Bits(value);

    /// <inheritdoc cref="Set(string, long)"/>
    public void Set(string name, bool value) => _store.Place(name, FrameMessage.Metadata.Which.Bool).Bits = value ? 1 : 0;

    /// <inheritdoc cref="Set(string, long)"/>
    public void Set(string name, string value)
    {
        ref var entry = ref _store.Place(name, FrameMessage.Metadata.Which.Text);
        entry.Value = _store.Append(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _store.Bytes(entry.Value));
    }

    /// <inheritdoc cref="Set(string, long)"/>
    public void Set(string name, ReadOnlySpan<byte> value) => SetBytes(name, FrameMessage.Metadata.Which.Data, value);

    /// <inheritdoc cref="Set(string, long)"/>
    public void Set(string name, ReadOnlySpan<double> values) =>
        SetBytes(name, FrameMessage.Metadata.Which.Float64List, MemoryMarshal.AsBytes(values));

    /// <inheritdoc cref="Set(string, long)"/>
    public void Set(string name, ReadOnlySpan<long> values) =>
        SetBytes(name, FrameMessage.Metadata.Which.Int64List, MemoryMarshal.AsBytes(values));

    /// <summary>
    /// Sets an entry of a kind that fits into 64 bits, its name in UTF-8: what copies entries without making strings of their names.
    /// </summary>
    public void SetBits(ReadOnlySpan<byte> nameUtf8, FrameMessage.Metadata.Which kind, long bits) =>
        _store.Place(nameUtf8, kind).Bits = bits;

    /// <summary>Sets an entry of a kind that is a run of bytes (text in UTF-8, data, lists), its name in UTF-8.</summary>
    public void SetBytes(ReadOnlySpan<byte> nameUtf8, FrameMessage.Metadata.Which kind, ReadOnlySpan<byte> bytes)
    {
        ref var entry = ref _store.Place(nameUtf8, kind);
        entry.Value = _store.Append(bytes.Length);
        bytes.CopyTo(_store.Bytes(entry.Value));
    }

    /// <summary>Removes an entry; false if there was none.</summary>
    public bool Remove(string name) => _store.Remove(name);

    /// <summary>Takes over all entries of a frame that was read; entries of the same names are replaced.</summary>
    /// <exception cref="CapnProtoException">The frame's message is not sound.</exception>
    public void CopyFrom(FrameMetadataReader metadata)
    {
        foreach (var source in metadata)
            Copy(source);
    }

    internal void Write(FrameMessage.Builder frame)
    {
        var target = frame.InitMetadata(Count);
        for (var index = 0; index < Count; index++)
            Write(target[index], _store[index]);
    }

    private void SetBytes(string name, FrameMessage.Metadata.Which kind, ReadOnlySpan<byte> bytes)
    {
        ref var entry = ref _store.Place(name, kind);
        entry.Value = _store.Append(bytes.Length);
        bytes.CopyTo(_store.Bytes(entry.Value));
    }

    private void Copy(FrameMessage.Metadata.Reader source)
    {
        // Which is read once: another process may rewrite it between two looks.
        var kind = source.Which;
        ref var entry = ref _store.Place(source.Name.Bytes, kind);
        switch (kind)
        {
            case FrameMessage.Metadata.Which.Int64:
                entry.Bits = source.Int64;
                break;
            case FrameMessage.Metadata.Which.Float64:
                entry.Bits = BitConverter.DoubleToInt64Bits(source.Float64);
                break;
            case FrameMessage.Metadata.Which.Bool:
                entry.Bits = source.Bool ? 1 : 0;
                break;
            case FrameMessage.Metadata.Which.Text:
                CopyBytes(ref entry, source.Text.Bytes);
                break;
            case FrameMessage.Metadata.Which.Data:
                CopyBytes(ref entry, source.Data);
                break;
            case FrameMessage.Metadata.Which.Float64List:
                CopyList(ref entry, source.Float64List);
                break;
            case FrameMessage.Metadata.Which.Int64List:
                CopyList(ref entry, source.Int64List);
                break;
        }
    }

    private void CopyBytes(ref MetadataEntry entry, ReadOnlySpan<byte> bytes)
    {
        entry.Value = _store.Append(bytes.Length);
        bytes.CopyTo(_store.Bytes(entry.Value));
    }

    private void CopyList<T>(ref MetadataEntry entry, ListReader<T> list)
        where T : unmanaged
    {
        entry.Value = _store.Append(list.Count * 8);
        list.CopyTo(MemoryMarshal.Cast<byte, T>(_store.Bytes(entry.Value)));
    }

    private void Write(FrameMessage.Metadata.Builder target, in MetadataEntry entry)
    {
        target.SetName(_store.Bytes(entry.Name));
        var bytes = _store.Bytes(entry.Value);
        switch (entry.Kind)
        {
            case FrameMessage.Metadata.Which.Int64:
                target.Int64 = entry.Bits;
                break;
            case FrameMessage.Metadata.Which.Float64:
                target.Float64 = BitConverter.Int64BitsToDouble(entry.Bits);
                break;
            case FrameMessage.Metadata.Which.Bool:
                target.Bool = entry.Bits != 0;
                break;
            case FrameMessage.Metadata.Which.Text:
                target.SetText(bytes);
                break;
            case FrameMessage.Metadata.Which.Data:
                target.Data = bytes;
                break;
            case FrameMessage.Metadata.Which.Float64List:
                bytes.CopyTo(MemoryMarshal.AsBytes(target.InitFloat64List(bytes.Length / 8).Span));
                break;
            case FrameMessage.Metadata.Which.Int64List:
                bytes.CopyTo(MemoryMarshal.AsBytes(target.InitInt64List(bytes.Length / 8).Span));
                break;
        }
    }
}
