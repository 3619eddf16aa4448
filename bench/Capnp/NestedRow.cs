using Google.Protobuf;
using K8sMediaFlow.Bench.Capnp.Rows;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>A hundred structs in a list, each with one behind a pointer.</summary>
internal readonly struct NestedRow : IRow
{
    private const int Items = 100;

    public static string Name => "nested";

    public static int CapacityBytes => 16 * 1024;

    public static void Build(ref MessageBuilder message, uint number)
    {
        var items = message.InitRoot<Nested.Builder>().InitItems(Items);
        for (var index = 0; index < Items; index++)
        {
            var item = items[index];
            item.Id = number + (uint)index;
            item.Confidence = index;
            item.Kind = (ushort)index;
            var box = item.InitBox();
            box.X = index;
            box.Y = index + 1;
            box.Width = index + 2;
            box.Height = index + 3;
        }
    }

    public static ulong Read(ref MessageReader message)
    {
        var sum = 0UL;
        foreach (var item in message.Root<Nested.Reader>().Items)
        {
            var box = item.Box;
            sum += item.Id + (ulong)item.Confidence + item.Kind + (ulong)(box.X + box.Y + box.Width + box.Height);
        }

        return sum;
    }

    public static int BuildProtobuf(byte[] buffer, uint number)
    {
        var nested = new Protobuf.Rows.Nested();
        for (var index = 0; index < Items; index++)
            nested.Items.Add(new Protobuf.Rows.Item
            {
                Id = number + (uint)index,
                Confidence = index,
                Kind = (uint)index,
                Box = new Protobuf.Rows.Box { X = index, Y = index + 1, Width = index + 2, Height = index + 3 },
            });
        var lengthBytes = nested.CalculateSize();
        nested.WriteTo(buffer.AsSpan(0, lengthBytes));
        return lengthBytes;
    }

    public static ulong ReadProtobuf(ReadOnlySpan<byte> serialised)
    {
        var sum = 0UL;
        foreach (var item in Protobuf.Rows.Nested.Parser.ParseFrom(serialised).Items)
            sum += item.Id + (ulong)item.Confidence + item.Kind + (ulong)(item.Box.X + item.Box.Y + item.Box.Width + item.Box.Height);
        return sum;
    }
}
