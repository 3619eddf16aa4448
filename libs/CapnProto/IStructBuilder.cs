namespace K8sMediaFlow.CapnProto;

/// <summary>A typed view of a struct under construction; generated code implements it.</summary>
public interface IStructBuilder<TSelf> : IPointerBuilder<TSelf>
    where TSelf : IStructBuilder<TSelf>, allows ref struct
{
    static abstract StructSize Size { get; }

    static abstract TSelf From(StructBuilder builder);

    static TSelf IPointerBuilder<TSelf>.FromPointer(AnyPointerBuilder slot) => TSelf.From(slot.GetStruct(TSelf.Size));
}
