namespace K8sMediaFlow.Sdk;

/// <summary>What an operator counts, since its start.</summary>
/// <param name="Reattaches">Times that it attached again after a sidecar's death.</param>
/// <param name="CopiedFrames">Frames that were sent and not done when a sidecar died, and were copied into the new region: the only copies
/// that the SDK makes.</param>
/// <param name="CopiedBytes">Their bytes.</param>
/// <param name="ResentFrames">Frames that were sent again after the death of a consumer or a sidecar.</param>
/// <param name="Duplicates">Frames that came again and were recognised by their identity.</param>
/// <param name="Lost">Sequences of ordered inputs that no producer brought or explained, frames that came when their place had been given
/// up, and forwards that a sidecar's death made impossible (a gap notice says so downstream).</param>
/// <param name="Violations">Frames refused because descriptor or envelope were not sound; each ended its channel.</param>
/// <param name="OutputWaits">Loans and forwards that found no block or no room at once, and waited.</param>
/// <param name="InputsNotDone">Inputs that are held, or that something derives from that is not done.</param>
/// <param name="OutputsNotDone">Frames and notices that were sent and are not done.</param>
public sealed record MediaOperatorStatistics(
    long Reattaches, long CopiedFrames, long CopiedBytes, long ResentFrames, long Duplicates, long Lost, long Violations,
    long OutputWaits, int InputsNotDone, int OutputsNotDone)
{
    internal static MediaOperatorStatistics Read(MediaOperatorCore core) => new(
        core.Reattaches,
        core.Outputs.Sum(output => output.Copied.Frames),
        core.Outputs.Sum(output => output.Copied.Bytes),
        core.Outputs.Sum(output => output.Fan.Resent),
        core.Inputs.Sum(input => input.Merge.Duplicates),
        core.Losses + core.Inputs.Sum(input => input.Merge.Lost + input.Merge.Late),
        core.Inputs.Sum(input => input.Violations),
        core.Outputs.Sum(output => output.Waits),
        core.InputsNotDone,
        core.Outputs.Sum(output => output.Fan.InFlight));
}
