using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace K8sMediaFlow.Primitives;

/// <summary>
/// What must hold of the things that we wrote ourselves. Always on: a broken invariant is a defect of ours, never of a peer.
/// </summary>
public static class Invariant
{
    /// <exception cref="InvariantException">The condition does not hold; the message is its source text.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
            Throw(expression);
    }

    // Apart, so that the check inlines to a test and a never taken branch.
    [DoesNotReturn]
    private static void Throw(string? expression) => throw new InvariantException($"Invariant broken: {expression}");
}

/// <summary>A defect in this program: something that it had itself established did not hold.</summary>
public sealed class InvariantException(string message) : Exception(message);
