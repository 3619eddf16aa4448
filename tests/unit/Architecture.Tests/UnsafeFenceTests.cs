using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>Pointers live in Native, in Staging's regions and rings, and in CapnProto's segment access; nowhere else.</summary>
public class UnsafeFenceTests
{
    private static readonly string[] Allowed = ["libs/Native/", "src/Staging/Regions/", "src/Staging/Channels/", "libs/CapnProto/"];

    [Fact]
    public void Unsafe_code_stays_behind_its_fence()
    {
        var outside = Repository.ProductSources()
            .Where(path => !Allowed.Any(prefix => Repository.Relative(path).StartsWith(prefix, StringComparison.Ordinal)));
        outside.Where(SpeaksPointers).Select(Repository.Relative).ShouldBeEmpty();
    }

    [Fact]
    public void C_is_imported_in_Native_only()
    {
        var outside = Repository.ProductSources()
            .Where(path => !Repository.Relative(path).StartsWith("libs/Native/", StringComparison.Ordinal));
        outside.Where(path => File.ReadAllText(path) is var text && (text.Contains("[LibraryImport") || text.Contains("[DllImport")))
            .Select(Repository.Relative).ShouldBeEmpty();
    }

    private static bool SpeaksPointers(string path)
    {
        var root = CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot();
        return root.DescendantTokens().Any(token => token.IsKind(SyntaxKind.UnsafeKeyword)) ||
            root.DescendantNodes().OfType<PointerTypeSyntax>().Any() ||
            root.DescendantNodes().OfType<IdentifierNameSyntax>()
                .Any(name => name.Identifier.Text is "Unsafe" or "MemoryMarshal"
                && name.Parent is MemberAccessExpressionSyntax { Name.Identifier.Text: "AsRef" or "AsPointer" or "GetReference" });
    }
}
