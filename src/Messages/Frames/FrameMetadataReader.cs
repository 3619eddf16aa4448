using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Messages;

/// <summary>The free metadata of a frame, where it lies. Nothing here allocates but the strings that the caller asks for.</summary>
public readonly ref struct FrameMetadataReader
{
    private readonly StructListReader<FrameMessage.Metadata.Reader> _entries;

    internal FrameMetadataReader(StructListReader<FrameMessage.Metadata.Reader> entries) => _entries = entries;

    public int Count => _entries.Count;

    /// <summary>An entry: its name, which kind of value it holds, and the value.</summary>
    public FrameMessage.Metadata.Reader this[int index] => _entries[index];

    public StructListReader<FrameMessage.Metadata.Reader>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    /// <summary>Finds an entry by name; false if there is none.</summary>
    public bool TryFind(string name, out FrameMessage.Metadata.Reader entry)
    {
        foreach (var candidate in _entries)
        {
            if (!candidate.Name.Equals(name))
                continue;
            entry = candidate;
            return true;
        }

        entry = default;
        return false;
    }

    /// <summary>A number; false if there is no such entry or it is of another kind.</summary>
    public bool TryGet(string name, out long value)
    {
        var isFound = TryFind(name, out var entry) && entry.Which == FrameMessage.Metadata.Which.Int64;
        value = isFound ? entry.Int64 : 0;
        return isFound;
    }

    /// <inheritdoc cref="TryGet(string, out long)"/>
    public bool TryGet(string name, out double value)
    {
        var isFound = TryFind(name, out var entry) && entry.Which == FrameMessage.Metadata.Which.Float64;
        value = isFound ? entry.Float64 : 0;
        return isFound;
    }

    /// <inheritdoc cref="TryGet(string, out long)"/>
    public bool TryGet(string name, out bool value)
    {
        var isFound = TryFind(name, out var entry) && entry.Which == FrameMessage.Metadata.Which.Bool;
        value = isFound && entry.Bool;
        return isFound;
    }

    /// <summary>A text, as a new string; false if there is no such entry or it is of another kind.</summary>
    public bool TryGet(string name, out string value)
    {
        var isFound = TryFind(name, out var entry) && entry.Which == FrameMessage.Metadata.Which.Text;
        value = isFound ? entry.Text.ToString() : "";
        return isFound;
    }

    /// <summary>
    /// Walks all entries, so that what was accepted can be walked later. False for a kind that this version does not know.
    /// </summary>
    internal static bool IsSound(FrameMessage.Reader frame)
    {
        if (!frame.HasMetadata)
            return true;
        foreach (var entry in frame.Metadata)
        {
            if (entry.Name.Length is 0 or > FrameMetadata.NameBytesMax)
                return false;
            switch (entry.Which)
            {
                case FrameMessage.Metadata.Which.Int64 or FrameMessage.Metadata.Which.Float64 or FrameMessage.Metadata.Which.Bool:
                    break;
                case FrameMessage.Metadata.Which.Text:
                    _ = entry.Text;
                    break;
                case FrameMessage.Metadata.Which.Data:
                    _ = entry.Data;
                    break;
                case FrameMessage.Metadata.Which.Float64List:
                    _ = entry.Float64List;
                    break;
                case FrameMessage.Metadata.Which.Int64List:
                    _ = entry.Int64List;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
