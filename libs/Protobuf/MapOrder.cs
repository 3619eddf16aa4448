using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>The entries of a map by their keys.</summary>
internal static class MapOrder
{
    /// <summary>All entries as the wire has them, even several of one key: protoc prints them so.</summary>
    public static IReadOnlyList<ProtobufValue> Sorted(MessageField map, IReadOnlyList<ProtobufValue> entries)
    {
        var key = map.Message.Find(1)!;
        return [.. entries.OrderBy(entry => Part(entry.Message!, key),
            Comparer<ProtobufValue>.Create((one, other) => Compare(key.Kind, one, other)))];
    }

    /// <summary>Of several entries of one key the last one.</summary>
    public static IReadOnlyList<ProtobufValue> Distinct(MessageField map, IReadOnlyList<ProtobufValue> entries)
    {
        var key = map.Message.Find(1)!;
        var sorted = Sorted(map, entries);
        return [.. sorted.Where((entry, index) => index == sorted.Count - 1 ||
            Compare(key.Kind, Part(entry.Message!, key), Part(sorted[index + 1].Message!, key)) != 0)];
    }

    /// <summary>Key or value of an entry; its default where it is not there.</summary>
    public static ProtobufValue Part(ProtobufMessage entry, MessageField field)
    {
        if (entry.Values(field) is [.., var value])
            return value;
        if (field.IsMessage)
            return new ProtobufValue(new ProtobufMessage(field.Message));
        return field.Kind == Kinds.Enum ? new ProtobufValue((ulong)field.Enum.First) : default;
    }

    private static int Compare(Kinds kind, ProtobufValue one, ProtobufValue other)
    {
        if (kind is Kinds.String)
            return one.Bytes.Span.SequenceCompareTo(other.Bytes.Span);
        return Scalars.IsSigned(kind) ? ((long)one.Bits).CompareTo((long)other.Bits) : one.Bits.CompareTo(other.Bits);
    }
}
