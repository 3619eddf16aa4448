using K8sMediaFlow.Docs.Tests.Markdown;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>C# that a user is shown is C# that compiles.</summary>
public sealed class SnippetTests
{
    /// <summary>CapnProto.Tests builds and runs the whole page, with the code that is generated from its schemas.</summary>
    private const string Guide = "docs/tutorial/capnproto.md";

    private static readonly string[] Paths =
        [.. Page.All.Where(page => IsForUsers(page.Path) && page.Code.Any(IsCSharp)).Select(page => page.Path)];

    public static TheoryData<string> PagesWithCode => [.. Paths];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void The_code_of_a_page_compiles_with_the_SDK_alone(string path) =>
        Page.At(path).Code.Where(IsCSharp)
            .SelectMany(block => Snippet.Problems(block.Text).Select(problem => $"{path}:{block.Line}: {problem}")).ShouldBeEmpty();

    [Fact]
    public void The_pages_that_new_users_read_first_have_code() =>
        ((string[])["README.md", "docs/tutorial/first-media-operator.md", "src/Sdk/Packaging/README.md"]).Except(Paths).ShouldBeEmpty();

    [Fact]
    public void Code_that_lacks_something_is_found() =>
        Snippet.Problems("await using var media = await MediaOperator.AttachAsync();\nmedia.Missing();").ShouldHaveSingleItem()
            .ShouldContain("Missing");

    private static bool IsForUsers(string path) => path == "README.md" || path == "src/Sdk/Packaging/README.md"
        || path.StartsWith("docs/tutorial/", StringComparison.Ordinal) && path != Guide;

    private static bool IsCSharp(CodeBlock block) => block.Language == "csharp";
}
