namespace K8sMediaFlow.CapnProto;

/// <summary>What can be built behind a pointer; the builder's side of <see cref="IPointerReader{TSelf}"/>.</summary>
public interface IPointerBuilder<TSelf>
    where TSelf : IPointerBuilder<TSelf>, allows ref struct
{
    /// <summary>What the pointer holds; if it is null, a struct is made, while a list, text or data is empty.</summary>
    /// <exception cref="CapnProtoException">It holds another kind, or the arena has no room.</exception>
    static abstract TSelf FromPointer(AnyPointerBuilder slot);
}
