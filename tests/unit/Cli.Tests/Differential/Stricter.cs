using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Tests.Differential;

/// <summary>Where <c>validate</c> refuses what a server without the webhook takes, and why.</summary>
internal static class Stricter
{
    /// <summary>Rules about the graph: several values together, or a form that the schema leaves to us.</summary>
    internal static readonly GraphReason[] Reasons =
    [
        GraphReason.BadName,            // names become names of pods and containers, whose form is narrower than any text
        GraphReason.DuplicateName,      // across lists, or by another key than the list's own
        GraphReason.NameTooLong,        // of names together
        GraphReason.NoPorts,
        GraphReason.BadReference,
        GraphReason.UnknownOperator,
        GraphReason.UnknownPort,
        GraphReason.DuplicateEdge,
        GraphReason.InputNotConnected,
        GraphReason.InputTaken,
        GraphReason.Unreachable,
        GraphReason.Cycle,
        GraphReason.BadCaps,            // formats and sizes that a frame can have
        GraphReason.CapsMismatch,
        GraphReason.CapsUnknown,
        GraphReason.OutOfBounds,        // bounds that follow from other values
        GraphReason.OrderWithoutSense,
        GraphReason.Contradiction,
        GraphReason.BadGroup,
        GraphReason.UnknownVolume,
        GraphReason.BadVolume,
        GraphReason.MemoryExceeded,
        GraphReason.BadPort,
        GraphReason.BadEnvironment,
        GraphReason.BadResource,
        GraphReason.Reserved,
        GraphReason.Unsupported,
    ];

    private static readonly string[] Words =
    [
        // A pipeline that has no name yet can be neither planned nor run.
        "field 'name' is missing",
        // The schema's patterns hold texts only, and no number to be positive: pods would not be made.
        "is -1; an amount such as", "is -1; a quantity such as",
        // Our parser's own: a lone dash as a value in a list or map that is written in one line.
        "Invalid key indicator",
        // The schema has no bounds for a port that may have a name.
        "a number or text is expected",
        // The schema's pattern lets pass what is no rate: 0, and what 31 bits do not hold.
        "a rate such as",
    ];

    internal static bool IsStated(string error) =>
        Words.Any(word => error.Contains(word, StringComparison.Ordinal))
            || Reasons.Any(reason => error.EndsWith($"({reason})", StringComparison.Ordinal));
}
