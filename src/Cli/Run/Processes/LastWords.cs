namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>A dead process's last lines, as the end of a sentence.</summary>
internal static class LastWords
{
    private const int LinesMax = 6;

    public static string Text(IReadOnlyList<string> lines) => lines.Count == 0 ? "" : ": " + string.Join(" | ", lines.TakeLast(LinesMax));
}
