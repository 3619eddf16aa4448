namespace K8sMediaFlow.Architecture.Tests;

/// <summary>The rooms and what each may reference: the table of the page on architecture, which is the one place that says so.</summary>
internal static class RoomTable
{
    private const string Page = "docs/explanation/architecture.md";

    public static IReadOnlyDictionary<string, string[]> Read() =>
        File.ReadLines(Path.Combine(Repository.Root, Page)).SkipWhile(line => !line.StartsWith("| room |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|'))
                .ToDictionary(cells => cells[1].Trim(' ', '`'), cells => Names(cells[3]));

    private static string[] Names(string cell) => cell.Trim() == "nothing" ? [] : [.. cell.Split(',').Select(name => name.Trim())];
}
