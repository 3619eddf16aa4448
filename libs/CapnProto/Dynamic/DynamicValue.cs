namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A value of whatever type the schema says. Asking for another kind than it has is an error of the caller.</summary>
public readonly ref struct DynamicValue
{
    private readonly ulong _bits;
    private readonly StructReader _struct;
    private readonly AnyPointerReader _pointer;

    private DynamicValue(DynamicType type, ulong bits, StructReader reader, AnyPointerReader pointer)
    {
        (Type, _bits) = (type, bits);
        _struct = reader;
        _pointer = pointer;
    }

    public DynamicType Type { get; }

    public DynamicKind Kind => Type.Kind;

    public bool AsBool => Require(Kind == DynamicKind.Bool)._bits != 0;

    /// <summary>Of a signed number.</summary>
    public long AsInt64 => Kind switch
    {
        DynamicKind.Int8 => (sbyte)_bits,
        DynamicKind.Int16 => (short)_bits,
        DynamicKind.Int32 => (int)_bits,
        _ => (long)Require(Kind == DynamicKind.Int64)._bits,
    };

    /// <summary>Of an unsigned number or an enum, which may be unknown to the schema.</summary>
    public ulong AsUInt64 =>
        Require(Kind is DynamicKind.UInt8 or DynamicKind.UInt16 or DynamicKind.UInt32 or DynamicKind.UInt64 or DynamicKind.Enum)._bits;

    public double AsFloat64 => Kind == DynamicKind.Float32
        ? BitConverter.UInt32BitsToSingle((uint)_bits)
        : BitConverter.UInt64BitsToDouble(Require(Kind == DynamicKind.Float64)._bits);

    public Utf8Text AsText => Require(Kind == DynamicKind.Text)._pointer.AsText();

    public ReadOnlySpan<byte> AsData => Require(Kind == DynamicKind.Data)._pointer.AsData();

    public DynamicListReader AsList => new(Require(Kind == DynamicKind.List)._pointer.AsList(), Type.Element);

    public DynamicReader AsStruct => new(Require(Kind == DynamicKind.Struct)._struct, Type.Struct);

    /// <summary>Whatever lies behind an any-pointer or an interface: to be read as what the caller knows it to be.</summary>
    public AnyPointerReader AsPointer => Require(Kind.IsPointer())._pointer;

    /// <summary>Fails unless what cannot be shown is at least a pointer to something that is there.</summary>
    internal void RequireSound()
    {
        if (Kind == DynamicKind.Interface || (Kind == DynamicKind.AnyPointer && _pointer.Kind == PointerKind.Other))
            _ = _pointer.CapabilityIndex;
    }

    internal static DynamicValue Of(DynamicType type, ulong bits) => new(type, bits, default, default);

    internal static DynamicValue Of(DynamicType type, StructReader reader) => new(type, 0, reader, default);

    internal static DynamicValue Of(DynamicType type, AnyPointerReader pointer) =>
        new(type, 0, type.Kind == DynamicKind.Struct ? pointer.AsStruct() : default, pointer);

    private DynamicValue Require(bool fits) => fits ? this : throw new InvalidOperationException($"The value is a {Type}.");
}
