using Spectre.Console;
using Spectre.Console.Rendering;

namespace K8sMediaFlow.Cli.Top;

/// <summary>The live table: a row per edge, and below it what is not as it should be.</summary>
internal static class EdgeTable
{
    private const int NoticesMax = 6;

    public static IRenderable Render(string title, IReadOnlyList<EdgeRow> rows, IReadOnlyList<string> notices)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(title));
        // An edge takes two lines, broken at its arrow: so the table fits a terminal of 80 columns.
        table.AddColumn(new TableColumn("edge").NoWrap());
        table.AddColumn(new TableColumn("way").NoWrap().PadLeft(0).PadRight(1));
        foreach (var name in new[] { "frames", "fps", "MB/s", "p50", "p99", "drops", "blocks" })
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap().PadLeft(0).PadRight(1));
        foreach (var row in rows)
            table.AddRow(Cells(row).Select(cell => new Text(cell)));
        return new Rows([table, .. notices.TakeLast(NoticesMax).Select(notice => new Text(notice))]);
    }

    private static string[] Cells(EdgeRow row) =>
    [
        row.Edge.Replace("->", "\n→ ", StringComparison.Ordinal),
        row.Way + (row.Ended ? "\nended" : ""),
        DisplayFormat.Count(row.Frames),
        DisplayFormat.Rate(row.FramesPerSecond),
        DisplayFormat.MegabytesPerSecond(row.BytesPerSecond),
        DisplayFormat.Latency(row.Latency.Percentile(0.5)),
        DisplayFormat.Latency(row.Latency.Percentile(0.99)),
        DropCounts.Text(row.Drops),
        $"{DisplayFormat.Count(row.BlocksInUse)}/{DisplayFormat.Count(row.BlocksTotal)}",
    ];
}
