namespace K8sMediaFlow.CapnProto;

/// <summary>
/// What reading one message may cost. The budget belongs to the message, not to a reader: siblings, lists and far pointers all draw
/// on the same one, or a small message could be made to unfold into any amount of work.
/// </summary>
/// <param name="TraversalWords">Words (8 bytes) that may be visited in all; visiting the same one twice counts twice.</param>
/// <param name="Depth">How deep pointers may nest.</param>
public readonly record struct ReadLimits(long TraversalWords, int Depth)
{
    /// <summary>64 MiB and 64 levels, the reference implementation's defaults.</summary>
    public static ReadLimits Default => new(8L << 20, 64);

    /// <summary>
    /// Copies and the canonical form follow pointers by recursion: a caller that allows more depth than the stack has gets an error.
    /// </summary>
    internal static void RequireStack()
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            CapnProtoException.Throw(CapnProtoError.DepthLimit);
    }

    /// <summary>Enough to read a message of that size a few times over, whatever its size.</summary>
    public static ReadLimits ForSize(long sizeBytes) => new(Math.Max(8L << 20, sizeBytes / 2), 64);
}
