using System.Runtime.InteropServices;
using System.Text;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// Named values that travel with a frame. Those of a received frame are read-only; those of a loan, and those handed to
/// <see cref="FrameOutput.Forward"/>, can be set. Everything lies in one buffer that is reused from frame to frame, so that neither
/// reading nor setting allocates (except where a <see cref="string"/> is asked for). Valid as long as its frame or loan.
/// </summary>
public sealed class FrameMetadata
{
    private struct Entry
    {
        public MetadataKind Kind;
        public int NameOffset;
        public int NameLength;
        public int ValueOffset;
        public int ValueLength;
        public long Bits;
    }

    /// <summary>Most entries of one frame.</summary>
    public const int EntriesMax = 256;

    private Entry[] _entries = new Entry[8];
    private byte[] _bytes = new byte[256];
    private int _bytesUsed;

    internal bool ReadOnly { get; set; }

    /// <summary>Entries.</summary>
    public int Count { get; private set; }

    /// <summary>The name of an entry; allocates.</summary>
    public string Name(int index) => Encoding.UTF8.GetString(NameUtf8(index));

    /// <summary>The name of an entry in UTF-8.</summary>
    public ReadOnlySpan<byte> NameUtf8(int index) => _bytes.AsSpan(At(index).NameOffset, At(index).NameLength);

    /// <summary>The kind of an entry.</summary>
    public MetadataKind Kind(int index) => At(index).Kind;

    /// <summary>The place of a name, -1 where it is not there.</summary>
    public int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> utf8 = stackalloc byte[NameBytesMax];
        return Encoding.UTF8.TryGetBytes(name, utf8, out var length) ? IndexOf(utf8[..length]) : -1;
    }

    /// <summary>Sets an integer; a value of the same name is replaced.</summary>
    public void Set(string name, long value) => Put(name, MetadataKind.Int64).Bits = value;

    /// <summary>Sets a double.</summary>
    public void Set(string name, double value) => Put(name, MetadataKind.Double).Bits = BitConverter.DoubleToInt64Bits(value);

    /// <summary>Sets a truth value.</summary>
    public void Set(string name, bool value) => Put(name, MetadataKind.Bool).Bits = value ? 1 : 0;

    /// <summary>Sets a text.</summary>
    public void Set(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ref var entry = ref Put(name, MetadataKind.Text);
        var at = Reserve(Encoding.UTF8.GetByteCount(value), 1);
        (entry.ValueOffset, entry.ValueLength) = (at, Encoding.UTF8.GetBytes(value, _bytes.AsSpan(at)));
    }

    /// <summary>Sets bytes.</summary>
    public void Set(string name, ReadOnlySpan<byte> value) => Copy(ref Put(name, MetadataKind.Data), value, 1);

    /// <summary>Sets a list of doubles.</summary>
    public void Set(string name, ReadOnlySpan<double> values) =>
        Copy(ref Put(name, MetadataKind.DoubleList), MemoryMarshal.AsBytes(values), 8);

    /// <summary>Sets a list of integers.</summary>
    public void Set(string name, ReadOnlySpan<long> values) =>
        Copy(ref Put(name, MetadataKind.Int64List), MemoryMarshal.AsBytes(values), 8);

    /// <summary>
    /// Replaces everything by the entries of another frame: what an operator that makes new pixels calls to carry metadata on.
    /// </summary>
    /// <exception cref="InvalidOperationException">These are the metadata of a received frame.</exception>
    public void SetAll(FrameMetadata other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReadOnly)
            throw new InvalidOperationException("The metadata of a received frame is read-only: set values in Forward or on a loan.");
        CopyFrom(other);
    }

    /// <summary>Reads an integer.</summary>
    public bool TryGet(string name, out long value) => TryGetNumber(name, MetadataKind.Int64, out value);

    /// <summary>Reads a truth value.</summary>
    public bool TryGet(string name, out bool value)
    {
        var found = TryGetNumber(name, MetadataKind.Bool, out var number);
        value = number != 0;
        return found;
    }

    /// <summary>Reads a double; an integer is read as one too.</summary>
    public bool TryGet(string name, out double value)
    {
        var index = IndexOf(name);
        var kind = index < 0 ? MetadataKind.Data : _entries[index].Kind;
        value = kind == MetadataKind.Double ? Double(index) : kind == MetadataKind.Int64 ? Int64(index) : 0;
        return kind is MetadataKind.Double or MetadataKind.Int64;
    }

    /// <summary>Reads a text; allocates it.</summary>
    public bool TryGet(string name, out string value)
    {
        var index = IndexOf(name);
        var found = index >= 0 && _entries[index].Kind == MetadataKind.Text;
        value = found ? Encoding.UTF8.GetString(Bytes(index)) : "";
        return found;
    }

    /// <summary>Reads a list of doubles in place.</summary>
    public bool TryGet(string name, out ReadOnlySpan<double> values)
    {
        var index = IndexOf(name);
        var found = index >= 0 && _entries[index].Kind == MetadataKind.DoubleList;
        values = found ? DoubleList(index) : default;
        return found;
    }

    /// <summary>Reads a list of integers in place.</summary>
    public bool TryGet(string name, out ReadOnlySpan<long> values)
    {
        var index = IndexOf(name);
        var found = index >= 0 && _entries[index].Kind == MetadataKind.Int64List;
        values = found ? Int64List(index) : default;
        return found;
    }

    /// <summary>The integer (or truth value as 0 or 1) of an entry.</summary>
    public long Int64(int index) => At(index).Bits;

    /// <summary>The double of an entry.</summary>
    public double Double(int index) => BitConverter.Int64BitsToDouble(At(index).Bits);

    /// <summary>The bytes of a text (UTF-8), data or list entry, in place.</summary>
    public ReadOnlySpan<byte> Bytes(int index) => _bytes.AsSpan(At(index).ValueOffset, At(index).ValueLength);

    /// <summary>The doubles of a list entry, in place.</summary>
    public ReadOnlySpan<double> DoubleList(int index) => MemoryMarshal.Cast<byte, double>(Bytes(index));

    /// <summary>The integers of a list entry, in place.</summary>
    public ReadOnlySpan<long> Int64List(int index) => MemoryMarshal.Cast<byte, long>(Bytes(index));

    private const int NameBytesMax = 256;

    internal void Clear() => (Count, _bytesUsed, ReadOnly) = (0, 0, false);

    internal void CopyFrom(FrameMetadata other)
    {
        Clear();
        if (_entries.Length < other.Count)
            Array.Resize(ref _entries, other._entries.Length);
        if (_bytes.Length < other._bytesUsed)
            Array.Resize(ref _bytes, other._bytes.Length);
        other._entries.AsSpan(0, other.Count).CopyTo(_entries);
        other._bytes.AsSpan(0, other._bytesUsed).CopyTo(_bytes);
        (Count, _bytesUsed) = (other.Count, other._bytesUsed);
    }

    internal void AddNumber(ReadOnlySpan<byte> name, MetadataKind kind, long number) => Put(name, kind).Bits = number;

    internal void AddBytes(ReadOnlySpan<byte> name, MetadataKind kind, ReadOnlySpan<byte> value) => Copy(ref Put(name, kind), value, 8);

    /// <summary>Room for a value of so many bytes, to be filled by the caller at once.</summary>
    internal Span<byte> AddRoom(ReadOnlySpan<byte> name, MetadataKind kind, int lengthBytes)
    {
        ref var entry = ref Put(name, kind);
        (entry.ValueOffset, entry.ValueLength) = (Reserve(lengthBytes, 8), lengthBytes);
        return _bytes.AsSpan(entry.ValueOffset, lengthBytes);
    }

    private ref Entry At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return ref _entries[index];
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < Count; i++)
            if (NameUtf8(i).SequenceEqual(name))
                return i;
        return -1;
    }

    private bool TryGetNumber(string name, MetadataKind kind, out long value)
    {
        var index = IndexOf(name);
        var found = index >= 0 && _entries[index].Kind == kind;
        value = found ? _entries[index].Bits : 0;
        return found;
    }

    private ref Entry Put(string name, MetadataKind kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (ReadOnly)
            throw new InvalidOperationException("The metadata of a received frame is read-only: set values in Forward or on a loan.");
        Span<byte> utf8 = stackalloc byte[NameBytesMax];
        if (!Encoding.UTF8.TryGetBytes(name, utf8, out var length))
            throw new ArgumentException($"A metadata name has at most {NameBytesMax} bytes.", nameof(name));
        return ref Put(utf8[..length], kind);
    }

    private ref Entry Put(scoped ReadOnlySpan<byte> name, MetadataKind kind)
    {
        var index = IndexOf(name);
        if (index < 0)
        {
            if (Count == EntriesMax)
                throw new InvalidOperationException($"A frame carries at most {EntriesMax} metadata entries.");
            if (Count == _entries.Length)
                Array.Resize(ref _entries, Count * 2);
            index = Count++;
            var at = Reserve(name.Length, 1);
            name.CopyTo(_bytes.AsSpan(at));
            (_entries[index].NameOffset, _entries[index].NameLength) = (at, name.Length);
        }
        ref var entry = ref _entries[index];
        (entry.Kind, entry.Bits, entry.ValueOffset, entry.ValueLength) = (kind, 0, 0, 0);
        return ref entry;
    }

    private void Copy(ref Entry entry, ReadOnlySpan<byte> value, int alignment)
    {
        var at = Reserve(value.Length, alignment);
        value.CopyTo(_bytes.AsSpan(at));
        (entry.ValueOffset, entry.ValueLength) = (at, value.Length);
    }

    private int Reserve(int lengthBytes, int alignment)
    {
        var at = (_bytesUsed + alignment - 1) & -alignment;
        if (at + lengthBytes > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(at + lengthBytes, _bytes.Length * 2));
        _bytesUsed = at + lengthBytes;
        return at;
    }
}
