using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>The distribution of lengths, not each one: a longer file or function is listed here with its reason.</summary>
public class LengthTests
{
    private const int FileMedianLines = 110, FileP90Lines = 300, FunctionP99Lines = 70;

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

    private static IEnumerable<int> FunctionLengths(string path) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
            .Select(method => method.GetLocation().GetLineSpan()).Select(span => span.EndLinePosition.Line - span.StartLinePosition.Line + 1);

    private static int Percentile(int[] sorted, int percent) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
}
