using System.Text.RegularExpressions;

namespace K8sMediaFlow.Docs.Tests.Markdown;

/// <summary>Prose without its markup, cut into sentences.</summary>
internal static partial class Sentences
{
    public static IEnumerable<string> Of(string prose) =>
        End().Split(Code().Replace(Plain(prose, keepCode: true), "Code")).Select(sentence => sentence.Trim())
            .Where(sentence => Words(sentence) > 0);

    /// <summary>What a reader takes for a word; inline code is one, however long it is.</summary>
    public static int Words(string sentence) =>
        sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Count(word => word.Any(char.IsLetterOrDigit));

    public static string Plain(string markdown, bool keepCode = false)
    {
        var text = Link().Replace(Picture().Replace(markdown, ""), "$1").Replace("*", "", StringComparison.Ordinal);
        return keepCode ? text : text.Replace("`", "", StringComparison.Ordinal);
    }

    /// <summary>A full stop, and what comes next begins a sentence. "1.20" and "e.g. this" are none.</summary>
    [GeneratedRegex("""(?<=[.!?]["')]*)\s+(?=["'(\[]*[\p{Lu}\p{N}])""")]
    private static partial Regex End();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"!\[[^\]]*\]\([^)]*\)")]
    private static partial Regex Picture();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();
}
