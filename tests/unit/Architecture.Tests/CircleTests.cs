using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>
/// Folders of a room do not refer to each other in a circle, so that a reader can begin at one end. The room's own folder is left out: it
/// is the room's interface, which its folders implement and use. A type counts where its name is the only one in the room; that is a
/// reading of names, not of symbols, and needs no compilation.
/// </summary>
public class CircleTests
{
    /// <summary>Circles that stay, each with its reason.</summary>
    private static readonly Dictionary<string, string> Known = new()
    {
        ["src/Pipelines/Planning <-> src/Pipelines/Validation"] =
            "a plan is drawn of a valid graph only, and some rules are sums over a plan",
    };

    public static TheoryData<string> Rooms => [.. Projects().Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Folders_of_a_room_do_not_refer_in_circles(string project)
    {
        var arrows = ArrowsOf(project);
        var onward = arrows.Where(one => !IsKnown(one.Key.From, one.Key.To)).ToLookup(one => one.Key.From, one => one.Key.To);
        arrows.Where(one => !IsKnown(one.Key.From, one.Key.To) && Reached(onward, one.Key.To).Contains(one.Key.From))
            .Select(one => $"{one.Key.From} uses {Some(one)} of {one.Key.To}, from which the way leads back").ShouldBeEmpty();
    }

    [Fact]
    public void Every_circle_that_stays_is_still_there()
    {
        var arrows = Projects().Select(Repository.Relative).SelectMany(ArrowsOf).Select(one => one.Key).ToHashSet();
        Known.Keys.Where(circle => circle.Split(" <-> ") is not [var one, var other]
            || !arrows.Contains((one, other)) || !arrows.Contains((other, one))).ShouldBeEmpty();
    }

    /// <summary>Which folder of a room uses which types of which other one; its own folder left out.</summary>
    private static ILookup<(string From, string To), string> ArrowsOf(string project)
    {
        var files = SourcesOf(project).Select(path => new SourceFile(path)).ToList();
        var homes = files.SelectMany(file => file.Declared.Select(name => (name, file.Folder))).Distinct()
            .ToLookup(one => one.name, one => one.Folder);
        return files.SelectMany(file => file.Used.Where(name => homes[name].Count() == 1)
            .Select(name => (From: file.Folder, To: homes[name].Single(), Name: name)))
            .Where(arrow => arrow.From != arrow.To && arrow.From.Contains('/', StringComparison.Ordinal)
                && arrow.To.Contains('/', StringComparison.Ordinal))
            .Where(arrow => arrow.From != Room(project) && arrow.To != Room(project))
            .ToLookup(arrow => (arrow.From, arrow.To), arrow => arrow.Name);
    }

    private static bool IsKnown(string one, string other) =>
        Known.ContainsKey($"{one} <-> {other}") || Known.ContainsKey($"{other} <-> {one}");

    /// <summary>Every folder to which a way of references leads.</summary>
    private static HashSet<string> Reached(ILookup<string, string> onward, string from)
    {
        var (reached, ahead) = (new HashSet<string>(), new Stack<string>([from]));
        while (ahead.TryPop(out var folder))
            if (reached.Add(folder))
                foreach (var next in onward[folder])
                    ahead.Push(next);
        return reached;
    }

    private static string Some(IEnumerable<string> names) => string.Join(", ", names.Distinct().Order(StringComparer.Ordinal).Take(5));

    private static IEnumerable<string> Projects() => Repository.Files("libs", "*.csproj").Concat(Repository.Files("src", "*.csproj"));

    private static string Room(string project) => Path.GetDirectoryName(project)!;

    /// <summary>Without those of a project inside of the room.</summary>
    private static IEnumerable<string> SourcesOf(string project)
    {
        var inner = Projects().Select(Repository.Relative)
            .Where(other => other != project && other.StartsWith(Room(project) + "/", StringComparison.Ordinal))
            .Select(other => Room(other) + "/").ToList();
        return Repository.Sources(Room(project))
            .Where(path => !inner.Any(folder => Repository.Relative(path).StartsWith(folder, StringComparison.Ordinal)));
    }

    /// <summary>The types that a file declares at the top, and the names that it uses where a type may stand.</summary>
    private sealed class SourceFile
    {
        public SourceFile(string path)
        {
            Folder = Path.GetDirectoryName(Repository.Relative(path))!;
            var root = CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot();
            Declared = [.. root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
                .Where(type => type.Parent is BaseNamespaceDeclarationSyntax).Select(type => type.Identifier.Text)];
            var own = root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text).ToHashSet();
            Used = [.. root.DescendantNodes().OfType<SimpleNameSyntax>().Where(IsTypePlace).Select(name => name.Identifier.Text)
                .Where(name => !own.Contains(name)).Distinct()];
        }

        public string Folder { get; }

        public IReadOnlyList<string> Declared { get; }

        public IReadOnlyList<string> Used { get; }

        // A member after a dot is no type, nor is what a declaration or a call of one's own method names.
        private static bool IsTypePlace(SimpleNameSyntax name) => name.Parent switch
        {
            MemberAccessExpressionSyntax access => access.Expression == name || access.Name != name,
            InvocationExpressionSyntax => false,
            NameColonSyntax or NameEqualsSyntax => false,
            AssignmentExpressionSyntax assignment => assignment.Left != name,
            _ => true,
        };
    }
}
