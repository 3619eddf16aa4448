using System.Text.Json;

namespace K8sMediaFlow.Bench;

/// <summary>Medians with their spread, and the result file.</summary>
internal static class Statistics
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The middle half: from the first to the third quartile.</summary>
    public static double[] Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return [Math.Round(sorted[sorted.Length / 4], 3), Math.Round(sorted[sorted.Length * 3 / 4], 3)];
    }

    public static void Write(string[] words, string file, SortedDictionary<string, object?> report)
    {
        var folder = words is ["--out", var given] ? given : "bench/results";
        Directory.CreateDirectory(folder);
        var text = JsonSerializer.Serialize(report, Indented);
        File.WriteAllText(Path.Combine(folder, file), text + "\n");
        Console.WriteLine(text);
    }
}
