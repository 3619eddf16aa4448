using System.Diagnostics.CodeAnalysis;

namespace K8sMediaFlow.CapnProto;

/// <summary>A message that cannot be read or built. <see cref="Error"/> says why.</summary>
public sealed class CapnProtoException : Exception
{
    public CapnProtoException(CapnProtoError error)
        : base(Describe(error)) => Error = error;

    public CapnProtoException(CapnProtoError error, string detail)
        : base(Describe(error) + ": " + detail) => Error = error;

    public CapnProtoError Error { get; }

    [DoesNotReturn]
    internal static void Throw(CapnProtoError error) => throw new CapnProtoException(error);

    [DoesNotReturn]
    internal static void Throw(CapnProtoError error, string detail) => throw new CapnProtoException(error, detail);

    /// <summary>One plain sentence for each error.</summary>
    public static string Describe(CapnProtoError error) => error switch
    {
        CapnProtoError.OutOfBounds => "a pointer leads outside its segment",
        CapnProtoError.NotYetArrived => "a pointer leads to bytes that have not arrived yet",
        CapnProtoError.UnknownSegment => "a far pointer names a segment that is not there",
        CapnProtoError.BadLandingPad => "a far pointer leads to something that is no landing pad",
        CapnProtoError.WrongPointerKind => "a field holds another kind of pointer than its schema says",
        CapnProtoError.WrongElementSize => "a list's elements do not fit the schema",
        CapnProtoError.BadListTag => "a composite list's tag contradicts its pointer",
        CapnProtoError.TextNotTerminated => "a text does not end with NUL",
        CapnProtoError.TraversalLimit => "the message's traversal budget is used up",
        CapnProtoError.DepthLimit => "the message nests too deep",
        CapnProtoError.BadFraming => "the segment table is not plausible",
        CapnProtoError.WrongUnionMember => "the union holds another member",
        CapnProtoError.OutOfSpace => "the arena has no room left",
        CapnProtoError.TooLarge => "the object exceeds what the format can express",
        CapnProtoError.ExternalSegment => "the object lies in an external segment, which the builder cannot reach",
        CapnProtoError.BadValue => "the message's values contradict each other",
        _ => "no error",
    };
}
