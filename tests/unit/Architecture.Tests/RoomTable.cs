namespace K8sMediaFlow.Architecture.Tests;

/// <summary>The rooms and what each may reference: the table of the page on architecture, which is the one place that says so.</summary>
internal static class RoomTable
{
    private const string Page = "docs/ARCHITECTURE.md";

    public static IReadOnlyDictionary<string, string[]> Read() =>
        File.ReadLines(Path.Combine(Repository.Root, Page)).SkipWhile(line => !line.StartsWith("| room |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|')).ToDictionary(cells => cells[1].Trim(' ', '`'), cells => Names(cells[3]));

    /// <summary>The diagram that the page shows.</summary>
    public static string Shown()
    {
        var lines = File.ReadLines(Path.Combine(Repository.Root, Page)).SkipWhile(line => line != "```mermaid").Skip(1).TakeWhile(line => line != "```");
        return string.Join('\n', lines);
    }

    /// <summary>The diagram that follows from the table: an arrow for each reference that is not implied by others. Primitives is left out: every room may use it.</summary>
    public static string Drawn(IReadOnlyDictionary<string, string[]> table)
    {
        var rooms = table.Where(room => room.Key != "Primitives").ToDictionary(room => room.Key, room => room.Value.Where(name => name != "Primitives").ToArray());
        var arrows = rooms.SelectMany(room => room.Value.Where(target => !IsImplied(rooms, room.Key, target)).Select(target => $"    {room.Key} --> {target}"));
        return "flowchart TD\n" + string.Join('\n', arrows.Order(StringComparer.Ordinal));
    }

    private static bool IsImplied(Dictionary<string, string[]> rooms, string room, string target) =>
        rooms[room].Any(other => other != target && Reaches(rooms, other, target));

    private static bool Reaches(Dictionary<string, string[]> rooms, string from, string target) =>
        rooms[from].Any(next => next == target || Reaches(rooms, next, target));

    private static string[] Names(string cell) => cell.Trim() == "nothing" ? [] : [.. cell.Split(',').Select(name => name.Trim())];
}
