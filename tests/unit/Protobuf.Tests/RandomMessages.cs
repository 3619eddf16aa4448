using System.Text;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf.Tests;

/// <summary>Random messages of any type of a loaded schema. The same seed gives the same messages.</summary>
internal sealed class RandomMessages(Random random)
{
    private int _parts;

    /// <summary>A field that is never set.</summary>
    public string? Without { get; init; }

    public ProtobufMessage Message(MessageType type)
    {
        _parts = 0;
        return Message(type, depth: 6);
    }

    private ProtobufMessage Message(MessageType type, int depth)
    {
        _parts++;
        var message = new ProtobufMessage(type);
        foreach (var field in type.Fields.Where(field => type.IsMapEntry || field.Name == "id" || random.Next(3) > 0)
            .Where(field => field.Name != Without))
        {
            if (field.IsMessage && (depth == 0 || _parts > 40))
                continue;
            for (var left = field.IsRepeated ? random.Next(5) : 1; left > 0; left--)
                message.Add(field, Value(field, depth));
        }

        return message;
    }

    private ProtobufValue Value(MessageField field, int depth) => field.Kind switch
    {
        Kinds.Message or Kinds.Group => new ProtobufValue(Message(field.Message, depth - 1)),
        Kinds.String => new ProtobufValue(Encoding.UTF8.GetBytes(Text())),
        Kinds.Bytes => new ProtobufValue(Bytes()),
        Kinds.Bool => new ProtobufValue((ulong)random.Next(2)),
        Kinds.Enum => new ProtobufValue((ulong)Enumerant(field.Enum)),
        Kinds.Float => new ProtobufValue(BitConverter.SingleToUInt32Bits(Single())),
        Kinds.Double => new ProtobufValue(BitConverter.DoubleToUInt64Bits(Double())),
        Kinds.Int32 or Kinds.Sint32 or Kinds.Sfixed32 => new ProtobufValue((ulong)(int)Bits(32)),
        Kinds.Uint32 or Kinds.Fixed32 => new ProtobufValue((uint)Bits(32)),
        _ => new ProtobufValue(Bits(64)),
    };

    private ulong Bits(int width) => random.Next(6) switch
    {
        0 => 0,
        1 => 1,
        2 => ulong.MaxValue,
        3 => 1UL << (width - 1),
        4 => (1UL << (width - 1)) - 1,
        _ => (ulong)random.NextInt64() >> random.Next(63),
    };

    private float Single() => random.Next(4) switch
    {
        0 => random.Next(-1000, 1000) / 8f,
        1 => (float)random.NextDouble(),
        2 => new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 1e-45f, 3.4e38f }[random.Next(6)],
        _ => BitConverter.Int32BitsToSingle(random.Next()) is var value && float.IsNaN(value) ? 1 : value,
    };

    private double Double() => random.Next(4) switch
    {
        0 => random.Next(-100000, 100000) / 100.0,
        1 => Math.Pow(10, random.Next(-30, 30)),
        2 => new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 5e-324, 1e308 }[random.Next(6)],
        _ => BitConverter.Int64BitsToDouble(random.NextInt64()) is var value && double.IsNaN(value) ? 1 : value,
    };

    private long Enumerant(EnumType type) =>
        type.IsClosed ? 2 : random.Next(5) switch { 0 => 77, 1 => -1, var known => known - 2 };

    private byte[] Bytes()
    {
        var bytes = new byte[random.Next(12)];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Text() => string.Concat(Enumerable.Range(0, random.Next(10)).Select(_ => Characters[random.Next(Characters.Length)]));

    private static readonly string[] Characters =
        ["a", "b", "Z", "0", "7", " ", "é", "漢", "😀", "\"", "\\", "'", "/", "\n", "\t", "\r", "\a", "\0", "\u0001", "\u007f", "<", "&",
            "\u2028"];
}
