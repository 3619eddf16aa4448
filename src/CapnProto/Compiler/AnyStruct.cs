namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>A struct read by offsets alone.</summary>
internal readonly ref struct AnyStruct : IStructReader<AnyStruct>
{
    private AnyStruct(StructReader reader) => Struct = reader;

    public StructReader Struct { get; }

    public static AnyStruct From(StructReader reader) => new(reader);
}
