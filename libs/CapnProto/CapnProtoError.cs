namespace K8sMediaFlow.CapnProto;

/// <summary>What is wrong with a message, or with an attempt to build one.</summary>
public enum CapnProtoError
{
    None,

    /// <summary>A pointer, list or struct lies outside its segment.</summary>
    OutOfBounds,

    /// <summary>A pointer leads to bytes that the message has but that have not arrived yet: try again later.</summary>
    NotYetArrived,

    /// <summary>A far pointer names a segment that the message does not have.</summary>
    UnknownSegment,

    /// <summary>A far pointer's landing pad is not one.</summary>
    BadLandingPad,

    /// <summary>The field holds another kind of pointer than the schema says.</summary>
    WrongPointerKind,

    /// <summary>The list's elements cannot be read as what the schema says.</summary>
    WrongElementSize,

    /// <summary>The tag of a composite list contradicts the list pointer.</summary>
    BadListTag,

    /// <summary>A text does not end with NUL.</summary>
    TextNotTerminated,

    /// <summary>More was read than the message's traversal budget allows.</summary>
    TraversalLimit,

    /// <summary>The message nests deeper than its depth limit.</summary>
    DepthLimit,

    /// <summary>The segment table in front of the message is not plausible.</summary>
    BadFraming,

    /// <summary>The union holds another member than the one asked for.</summary>
    WrongUnionMember,

    /// <summary>The arena has no room for the object.</summary>
    OutOfSpace,

    /// <summary>The object exceeds what the format can express.</summary>
    TooLarge,

    /// <summary>The object lies in a segment that the builder refers to but does not own.</summary>
    ExternalSegment,

    /// <summary>The message is well formed, but its values contradict each other.</summary>
    BadValue,
}
