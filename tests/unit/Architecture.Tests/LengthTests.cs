using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>The distribution of lengths, not each one: a longer file or function is listed here with its reason.</summary>
public class LengthTests
{
    private const int FileMedianLines = 60, FileP90Lines = 150, FunctionP99Lines = 40, LineCharsMax = 140, UnbrokenTextCharsMin = 60;

    private static readonly string[] FoldersOfOtherTexts =
        ["libs", "src", "tests", "bench", "samples", "scripts", "images", "config", ".github"];

    private static readonly string[] OtherExtensions = [".csproj", ".props", ".targets", ".py", ".yml", ".yaml"];

    /// <summary>Files over 500 lines, each with why it is one noun all the same.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    [Fact]
    public void Files_are_short_in_the_middle_and_at_the_ninetieth_percentile()
    {
        var lengths = Repository.ProductSources().Select(path => File.ReadLines(path).Count()).Order().ToArray();
        Percentile(lengths, 50).ShouldBeLessThanOrEqualTo(FileMedianLines);
        Percentile(lengths, 90).ShouldBeLessThanOrEqualTo(FileP90Lines);
    }

    [Fact]
    public void A_file_of_more_than_500_lines_is_listed_with_its_reason() =>
        Repository.ProductSources().Where(path => File.ReadLines(path).Count() > 500).Select(Repository.Relative)
            .Where(path => !LongFiles.ContainsKey(path)).ShouldBeEmpty();

    [Fact]
    public void Functions_are_short_at_the_ninety_ninth_percentile()
    {
        var lengths = Repository.ProductSources().SelectMany(FunctionLengths).Order().ToArray();
        Percentile(lengths, 99).ShouldBeLessThanOrEqualTo(FunctionP99Lines);
    }

    /// <summary>A text is not cut in two for it: the line may be longer where a long literal is on it.</summary>
    [Theory]
    [InlineData("libs")]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    [InlineData("samples")]
    public void Lines_have_at_most_140_characters(string folder) => Repository.Sources(folder).SelectMany(TooLong).ShouldBeEmpty();

    /// <summary>Shell scripts are left out, which keep a pipe or a message on its line, and so are templates of charts.</summary>
    [Fact]
    public void Lines_of_projects_the_Makefile_Python_and_YAML_have_at_most_140_characters() =>
        OtherTexts().SelectMany(path => File.ReadLines(path)
            .Select((line, at) => (line.Length, Place: $"{Repository.Relative(path)}:{at + 1}")))
            .Where(line => line.Length > LineCharsMax).Select(line => line.Place).ShouldBeEmpty();

    private static IEnumerable<string> OtherTexts() =>
        FoldersOfOtherTexts.SelectMany(folder => Repository.Files(folder, "*")).Concat(Directory.EnumerateFiles(Repository.Root))
            .Where(path => OtherExtensions.Contains(Path.GetExtension(path)) || Path.GetFileName(path) == "Makefile")
            // What make generate writes.
            .Where(path => !path.Contains("/config/crd/", StringComparison.Ordinal));

    private static IEnumerable<string> TooLong(string path)
    {
        var text = SourceText.From(File.ReadAllText(path));
        var longLines = text.Lines.Where(line => line.Span.Length > LineCharsMax).ToList();
        if (longLines.Count == 0)
            return [];
        var literals = CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes()
            .Where(node => node is InterpolatedStringExpressionSyntax || node.IsKind(SyntaxKind.StringLiteralExpression)
                || node.IsKind(SyntaxKind.Utf8StringLiteralExpression))
            .Select(node => node.Span).Where(span => span.Length >= UnbrokenTextCharsMin).ToList();
        return longLines.Where(line => !literals.Any(span => span.IntersectsWith(line.Span)))
            .Select(line => $"{Repository.Relative(path)}:{line.LineNumber + 1}");
    }

    private static IEnumerable<int> FunctionLengths(string path) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
            .Select(method => method.GetLocation().GetLineSpan())
                .Select(span => span.EndLinePosition.Line - span.StartLinePosition.Line + 1);

    private static int Percentile(int[] sorted, int percent) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
}
