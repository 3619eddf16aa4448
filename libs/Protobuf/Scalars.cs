using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>
/// Numbers between the wire and the 64 bits that a value holds: signed ones sign-extended, zigzag undone, narrow ones narrowed.
/// </summary>
internal static class Scalars
{
    public static ulong FromWire(Kinds kind, ulong wire) => kind switch
    {
        Kinds.Int32 or Kinds.Enum or Kinds.Sfixed32 => (ulong)(int)wire,
        Kinds.Uint32 or Kinds.Fixed32 or Kinds.Float => (uint)wire,
        Kinds.Sint32 => (ulong)((int)((uint)wire >> 1) ^ -(int)(wire & 1)),
        Kinds.Sint64 => (wire >> 1) ^ (0 - (wire & 1)),
        Kinds.Bool => wire != 0 ? 1UL : 0UL,
        _ => wire,
    };

    public static ulong ToWire(Kinds kind, ulong bits) => kind switch
    {
        Kinds.Sint32 => (uint)(((int)bits << 1) ^ ((int)bits >> 31)),
        Kinds.Sint64 => (bits << 1) ^ (ulong)((long)bits >> 63),
        _ => bits,
    };

    public static bool IsSigned(Kinds kind) =>
        kind is Kinds.Int32 or Kinds.Int64 or Kinds.Sint32 or Kinds.Sint64 or Kinds.Sfixed32 or Kinds.Sfixed64 or Kinds.Enum;

    public static bool IsWide(Kinds kind) => kind is Kinds.Int64 or Kinds.Sint64 or Kinds.Sfixed64 or Kinds.Uint64 or Kinds.Fixed64;

    public static double Fraction(Kinds kind, ulong bits) =>
        kind == Kinds.Float ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits);
}
