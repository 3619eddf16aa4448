using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Docs.Tests.Markdown;

/// <summary>A Markdown page of the repository, taken apart: code, headings, links and prose.</summary>
internal sealed partial class Page
{
    private static readonly string[] Skipped = ["bin", "obj", "artifacts", "out", "node_modules", ".git"];

    private readonly List<string> _prose = [];
    private readonly List<string> _headings = [];
    private readonly List<CodeBlock> _code = [];
    private readonly List<string> _text = [];

    private Page(string path)
    {
        Path = path;
        Read(File.ReadAllLines(FullPath));
    }

    /// <summary>Path from the root of the repository.</summary>
    public string Path { get; }

    public string FullPath => System.IO.Path.Combine(Sources.Root, Path);

    /// <summary>Paragraphs and list items, as they are written. Tables, comments and code are left out.</summary>
    public IReadOnlyList<string> Prose => _prose;

    public IReadOnlyList<CodeBlock> Code => _code;

    /// <summary>Everything outside of code blocks.</summary>
    public string Text => string.Join('\n', _text);

    public bool IsGenerated => Text.Contains("<!-- Generated from", StringComparison.Ordinal);

    public IEnumerable<string> Links => Link().Matches(InlineCode().Replace(Text, "")).Select(match => match.Groups[1].Value);

    /// <summary>The anchors that a forge makes of headings; of equal ones the second gets "-1".</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>();
            foreach (var heading in _headings)
            {
                var plain = Sentences.Plain(heading).ToLowerInvariant().Replace(' ', '-');
                var anchor = NotInAnchor().Replace(plain, "");
                var unique = anchor;
                for (var number = 1; !anchors.Add(unique); number++)
                    unique = $"{anchor}-{number}";
            }
            return anchors;
        }
    }

    public static IReadOnlyList<Page> All { get; } = [.. Find(Sources.Root).Order(StringComparer.Ordinal).Select(path => new Page(path))];

    public static Page At(string path) => All.Single(page => page.Path == path);

    public override string ToString() => Path;

    private static IEnumerable<string> Find(string folder) =>
        Directory.EnumerateFiles(folder, "*.md").Select(path => System.IO.Path.GetRelativePath(Sources.Root, path))
            .Concat(Directory.EnumerateDirectories(folder).Where(IsSearched).SelectMany(Find));

    private static bool IsSearched(string folder) => !Skipped.Contains(System.IO.Path.GetFileName(folder));

    private void Read(string[] lines)
    {
        var paragraph = new List<string>();
        var marker = "";
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at].Trim();
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                End(paragraph);
                at = ReadCode(lines, at, marker);
                marker = "";
                continue;
            }
            _text.Add(lines[at]);
            if (Comment().Match(line) is { Success: true } comment)
            {
                End(paragraph);
                marker = comment.Groups[1].Value;
            }
            else if (line.Length > 0)
            {
                marker = "";
                ReadLine(line, paragraph);
            }
            else
                End(paragraph);
        }
        End(paragraph);
    }

    private int ReadCode(string[] lines, int fence, string marker)
    {
        var end = Array.FindIndex(lines, fence + 1, line => line.Trim() == "```");
        end.ShouldBeGreaterThan(fence, $"{Path}:{fence + 1}: the code block has no end");
        _code.Add(new CodeBlock(lines[fence].Trim()[3..], marker, string.Join('\n', lines[(fence + 1)..end]), fence + 1));
        return end;
    }

    private void ReadLine(string line, List<string> paragraph)
    {
        if (line.StartsWith('#'))
        {
            End(paragraph);
            _headings.Add(line.TrimStart('#').Trim());
        }
        else if (line.StartsWith('|'))
            End(paragraph);
        else
        {
            var item = ListItem().Match(line);
            if (item.Success)
                End(paragraph);
            paragraph.Add(line[item.Length..]);
        }
    }

    private void End(List<string> paragraph)
    {
        if (paragraph.Count > 0)
            _prose.Add(string.Join(' ', paragraph));
        paragraph.Clear();
    }

    [GeneratedRegex(@"^<!-- (.*) -->$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^([-*]|\d+\.) +")]
    private static partial Regex ListItem();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"[^\p{L}\p{N}_-]")]
    private static partial Regex NotInAnchor();
}
