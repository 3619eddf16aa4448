using System.Text;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Lines of C# with their indentation.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _afterMember;

    public bool WithDocs { get; set; } = true;

    public void Line(string line)
    {
        _text.Append(' ', line.Length == 0 ? 0 : _depth * 4).Append(line).Append('\n');
        _afterMember = true;
    }

    /// <summary>A blank line between members, none at the start of a block.</summary>
    public void Separate()
    {
        if (_afterMember)
            _text.Append('\n');
    }

    public void Open(string header)
    {
        Line(header);
        Line("{");
        _depth++;
        _afterMember = false;
    }

    public void Close()
    {
        Invariant.That(_depth > 0);
        _depth--;
        Line("}");
    }

    public void Doc(string comment)
    {
        if (!WithDocs)
            return;
        var lines = comment.Trim().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).Select(Escape).ToArray();
        if (lines.Length == 1)
            Line($"/// <summary>{lines[0]}</summary>");
        if (lines.Length <= 1)
            return;
        Line("/// <summary>");
        foreach (var line in lines)
            Line("/// " + line);
        Line("/// </summary>");
    }

    /// <summary>The whole text, once every block is closed.</summary>
    public override string ToString()
    {
        Invariant.That(_depth == 0);
        return _text.ToString();
    }

    private static string Escape(string line) => line.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
