namespace K8sMediaFlow.Primitives;

/// <summary>The name that the user probably meant.</summary>
public static class NameSuggestion
{
    /// <summary>" (did you mean 'video'?)", or nothing where no candidate is within two typing errors.</summary>
    public static string Hint(string written, IEnumerable<string> candidates) =>
        Of(written, candidates) is { } meant ? $" (did you mean '{meant}'?)" : "";

    public static string? Of(string written, IEnumerable<string> candidates)
    {
        // A name of three letters that differs in two of them is another name.
        var tolerance = Math.Min(2, written.Length / 3 + 1);
        return candidates.Select(name => (name, distance: Distance(written.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(one => one.distance <= tolerance).OrderBy(one => one.distance).Select(one => one.name).FirstOrDefault();
    }

    private static int Distance(string left, string right)
    {
        // Names are short; beyond this the quadratic table would only serve an attacker.
        if (left.Length > 64 || right.Length > 64)
            return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.Length];
    }
}
