namespace K8sMediaFlow.CapnProto;

/// <summary>A list, text or data under construction: it is made with a length.</summary>
public interface IListBuilder<TSelf> : IPointerBuilder<TSelf>
    where TSelf : IListBuilder<TSelf>, allows ref struct
{
    /// <summary>Makes the pointer lead to a new one of <paramref name="count"/> elements (bytes, for text and data).</summary>
    /// <exception cref="CapnProtoException">The arena has no room.</exception>
    static abstract TSelf InitPointer(AnyPointerBuilder slot, int count);
}
