using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>Between the metadata that users see and the envelope's. Names and values are copied as bytes: no string is made.</summary>
internal static class MetadataTransfer
{
    public static void Read(ref FrameView view, FrameMetadata into)
    {
        into.Clear();
        foreach (var entry in view.Metadata)
            Read(entry, into);
        into.ReadOnly = true;
    }

    public static void Write(FrameMetadata from, Messages.FrameMetadata into)
    {
        into.Clear();
        for (var i = 0; i < from.Count; i++)
        {
            if (from.Kind(i) is MetadataKind.Int64 or MetadataKind.Double or MetadataKind.Bool)
                into.SetBits(from.NameUtf8(i), KindOf(from.Kind(i)), from.Int64(i));
            else
                into.SetBytes(from.NameUtf8(i), KindOf(from.Kind(i)), from.Bytes(i));
        }
    }

    private static void Read(FrameMessage.Metadata.Reader entry, FrameMetadata into)
    {
        // The kind is read once: another process may rewrite it between two looks.
        switch (entry.Which)
        {
            case FrameMessage.Metadata.Which.Int64:
                into.AddNumber(entry.Name.Bytes, MetadataKind.Int64, entry.Int64);
                break;
            case FrameMessage.Metadata.Which.Float64:
                into.AddNumber(entry.Name.Bytes, MetadataKind.Double, BitConverter.DoubleToInt64Bits(entry.Float64));
                break;
            case FrameMessage.Metadata.Which.Bool:
                into.AddNumber(entry.Name.Bytes, MetadataKind.Bool, entry.Bool ? 1 : 0);
                break;
            case FrameMessage.Metadata.Which.Text:
                into.AddBytes(entry.Name.Bytes, MetadataKind.Text, entry.Text.Bytes);
                break;
            case FrameMessage.Metadata.Which.Data:
                into.AddBytes(entry.Name.Bytes, MetadataKind.Data, entry.Data);
                break;
            case FrameMessage.Metadata.Which.Float64List:
                var numbers = entry.Float64List;
                numbers.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte,
                    double>(into.AddRoom(entry.Name.Bytes, MetadataKind.DoubleList, numbers.Count * 8)));
                break;
            case FrameMessage.Metadata.Which.Int64List:
                var wholes = entry.Int64List;
                wholes.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte,
                    long>(into.AddRoom(entry.Name.Bytes, MetadataKind.Int64List, wholes.Count * 8)));
                break;
        }
    }

    /// <summary>The kind as the envelope writes it.</summary>
    public static FrameMessage.Metadata.Which KindOf(MetadataKind kind) => kind switch
    {
        MetadataKind.Int64 => FrameMessage.Metadata.Which.Int64,
        MetadataKind.Double => FrameMessage.Metadata.Which.Float64,
        MetadataKind.Bool => FrameMessage.Metadata.Which.Bool,
        MetadataKind.Text => FrameMessage.Metadata.Which.Text,
        MetadataKind.Data => FrameMessage.Metadata.Which.Data,
        MetadataKind.DoubleList => FrameMessage.Metadata.Which.Float64List,
        _ => FrameMessage.Metadata.Which.Int64List,
    };
}
