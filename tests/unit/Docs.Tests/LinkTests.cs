using K8sMediaFlow.Docs.Tests.Markdown;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>
/// Links lead to files and headings that exist. External addresses are not resolved: tests talk only to loopback, so that they give the
/// same result on a machine without a network, and on a day on which another site is down.
/// </summary>
public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. Page.All.Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading(string path)
    {
        var page = Page.At(path);
        foreach (var link in page.Links.Where(link => !link.Contains(':', StringComparison.Ordinal)))
        {
            var parts = link.Split('#');
            var target = parts[0].Length == 0 ? page.FullPath : Path.GetFullPath(parts[0], Path.GetDirectoryName(page.FullPath)!);
            Path.Exists(target).ShouldBeTrue($"{path}: {link}");
            if (parts.Length > 1)
                Page.All.Single(other => other.FullPath == target).Anchors.ShouldContain(parts[1], $"{path}: {link}");
        }
    }

    [Fact]
    public void The_index_of_the_documents_lists_every_page()
    {
        var index = Page.At("docs/README.md");
        var pages = Page.All.Select(page => page.Path).Where(path => path.StartsWith("docs/", StringComparison.Ordinal)
            && !path.StartsWith("docs/decisions/0", StringComparison.Ordinal) && path != index.Path);
        pages.Except(index.Links.Select(link => $"docs/{link}")).ShouldBeEmpty();
    }

    [Fact]
    public void No_link_leads_to_an_address_without_TLS() =>
        Page.All.SelectMany(page => page.Links.Select(link => (page.Path, Link: link)))
            .Where(one => one.Link.StartsWith("http:", StringComparison.Ordinal)).ShouldBeEmpty();
}
