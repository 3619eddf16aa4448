namespace K8sMediaFlow.CapnProto;

/// <summary>
/// What a pointer can refer to: structs, lists, text, data. A type parameter of a schema (<c>Box(T)</c>) becomes a C# type parameter with
/// this constraint, so <c>Box&lt;Utf8Text&gt;</c> and <c>Box&lt;Person.Reader&gt;</c> are both at hand.
/// </summary>
public interface IPointerReader<TSelf>
    where TSelf : IPointerReader<TSelf>, allows ref struct
{
    /// <summary>Reads the pointer as this type; a null one as the empty value.</summary>
    /// <exception cref="CapnProtoException">The pointer is not a sound one of that kind.</exception>
    static abstract TSelf FromPointer(AnyPointerReader slot);
}
