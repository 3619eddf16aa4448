namespace K8sMediaFlow.Docs.Tests.Markdown;

/// <summary>A fenced block of a page.</summary>
/// <param name="Language">The word behind the fence; empty if there is none.</param>
/// <param name="Marker">The text of an HTML comment directly above; empty if there is none.</param>
/// <param name="Text">What is inside.</param>
/// <param name="Line">Line of the fence, from 1.</param>
internal sealed record CodeBlock(string Language, string Marker, string Text, int Line)
{
    private const string FileMarker = "file: ", SkippedMarker = "not run in CI: ";

    public bool IsCommand => Language == "sh";

    /// <summary>The documentation tests run it.</summary>
    public bool IsRun => Marker == "run";

    /// <summary>The file that the block becomes, or null.</summary>
    public string? FileName => Marker.StartsWith(FileMarker, StringComparison.Ordinal) ? Marker[FileMarker.Length..] : null;

    /// <summary>It says whether and where it is run. "run: FOLDER" and "tool: FOLDER" are run by CapnProto.Tests.</summary>
    public bool IsMarked => IsRun
        || (Marker.StartsWith(SkippedMarker, StringComparison.Ordinal) && Marker.Length > SkippedMarker.Length)
        || Marker.StartsWith("run: ", StringComparison.Ordinal) || Marker.StartsWith("tool: ", StringComparison.Ordinal);
}
