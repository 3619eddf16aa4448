using System.Globalization;

namespace K8sMediaFlow.Cli.Top;

/// <summary>Drop counts by cause.</summary>
internal static class DropCounts
{
    public static IReadOnlyDictionary<string, long> Sum(IEnumerable<IReadOnlyDictionary<string, long>> parts)
        => parts.SelectMany(part => part).GroupBy(drop => drop.Key)
            .ToDictionary(cause => cause.Key, cause => cause.Sum(drop => drop.Value));

    /// <summary>"0", or each cause with its count.</summary>
    public static string Text(IReadOnlyDictionary<string, long> drops)
    {
        var causes = drops.Where(drop => drop.Value != 0).OrderBy(drop => drop.Key, StringComparer.Ordinal).ToList();
        return causes.Count == 0
            ? "0"
            : string.Join(", ", causes.Select(drop => string.Create(CultureInfo.InvariantCulture, $"{drop.Key} {drop.Value}")));
    }
}
