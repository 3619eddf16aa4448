using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Model;

/// <summary>Texts of a status: everybody who watches gets each of them, however many pods and edges a pipeline has.</summary>
internal static class StatusText
{
    /// <summary>Of any text: more than a person reads, and far below the 32,768 that Kubernetes takes of a message.</summary>
    public const int CharsMax = 2000;

    private const int ListedMax = 3;

    /// <summary>The first few of what several pods say, and how many more do; null where none says anything.</summary>
    public static string? Listed(IReadOnlyList<string> words) => words.Count == 0 ? null
        : Bounded(string.Join("; ", words.Take(ListedMax)) + (words.Count > ListedMax ? $"; and {words.Count - ListedMax} more" : ""));

    /// <summary>The text, or its beginning where it is too long.</summary>
    public static string Bounded(string text)
    {
        var bounded = text.Length <= CharsMax
            ? text
            : text[..(char.IsHighSurrogate(text[CharsMax - 2]) ? CharsMax - 2 : CharsMax - 1)] + "…";
        Invariant.That(bounded.Length <= CharsMax);
        return bounded;
    }
}
