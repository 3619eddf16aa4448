using Google.Protobuf;
using K8sMediaFlow.Bench.Capnp.Rows;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>Five fields.</summary>
internal readonly struct SmallRow : IRow
{
    public static string Name => "small";

    public static int CapacityBytes => 1024;

    public static void Build(ref MessageBuilder message, uint number)
    {
        var small = message.InitRoot<Small.Builder>();
        small.Id = number;
        small.Score = number;
        small.Count = number + 1;
        small.Active = true;
        small.SetName("camera-north-17"u8);
    }

    public static ulong Read(ref MessageReader message)
    {
        var small = message.Root<Small.Reader>();
        var name = small.Name.Bytes;
        return small.Id + (ulong)small.Score + small.Count + (small.Active ? 1UL : 0) + (ulong)name.Length + name[^1];
    }

    public static int BuildProtobuf(byte[] buffer, uint number)
    {
        var small = new Protobuf.Rows.Small { Id = number, Score = number, Count = number + 1, Active = true, Name = "camera-north-17" };
        var lengthBytes = small.CalculateSize();
        small.WriteTo(buffer.AsSpan(0, lengthBytes));
        return lengthBytes;
    }

    public static ulong ReadProtobuf(ReadOnlySpan<byte> serialised)
    {
        var small = Protobuf.Rows.Small.Parser.ParseFrom(serialised);
        return small.Id + (ulong)small.Score + small.Count + (small.Active ? 1UL : 0) + (ulong)small.Name.Length + small.Name[^1];
    }
}
