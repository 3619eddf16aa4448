namespace K8sMediaFlow.Cli.Run.Supervision;

internal enum RunEnd
{
    Completed,
    Failed,
    Interrupted,
}

/// <summary>How a run ended, and why: a sentence that names the media operator, edge or pod.</summary>
internal sealed record RunOutcome(RunEnd End, string Reason)
{
    public int ExitCode => End switch
    {
        RunEnd.Completed => 0,
        RunEnd.Interrupted => 130,
        _ => 1,
    };

    public static RunOutcome Completed() => new(RunEnd.Completed, "");

    public static RunOutcome Failed(string reason) => new(RunEnd.Failed, reason);

    public static RunOutcome Interrupted() => new(RunEnd.Interrupted, "interrupted");
}
