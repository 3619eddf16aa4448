namespace K8sMediaFlow.CapnProto.Corpus.Tests;

internal static class DumpAssertions
{
    /// <summary>Compares dumps, which can be long: a failure shows where they part.</summary>
    public static void ShouldRead(this string actual, string expected, string place)
    {
        if (actual == expected)
            return;
        var common = actual.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
        var start = Math.Max(0, common - 60);
        throw new ShouldAssertException(
            $"{place}: after {common} characters {Cut(actual, start)} should be {Cut(expected, start)}");
    }

    private static string Cut(string text, int start) => string.Concat("...", text.AsSpan(start, Math.Min(160, text.Length - start)));
}
