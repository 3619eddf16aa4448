namespace K8sMediaFlow.CapnProto;

/// <summary>A typed view of a struct; generated code implements it.</summary>
public interface IStructReader<TSelf> : IPointerReader<TSelf>
    where TSelf : IStructReader<TSelf>, allows ref struct
{
    static abstract TSelf From(StructReader reader);

    static TSelf IPointerReader<TSelf>.FromPointer(AnyPointerReader slot) => TSelf.From(slot.AsStruct());
}
