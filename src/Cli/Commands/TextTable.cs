using System.Text;

namespace K8sMediaFlow.Cli.Commands;

/// <summary>Columns padded to their widest cell, two spaces apart; the last one as long as it is.</summary>
internal sealed class TextTable(params string[] head)
{
    private readonly List<string[]> _rows = [head];

    internal void Add(params string[] cells) => _rows.Add(cells);

    internal void WriteTo(StringBuilder text)
    {
        var widths = head.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
            text.Append("  ")
                .AppendJoin("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column])))
                .Append('\n');
    }
}
