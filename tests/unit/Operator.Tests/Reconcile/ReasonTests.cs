using System.Reflection;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class ReasonTests
{
    [Fact]
    public void Every_reason_stands_in_the_page_for_users()
    {
        var page = File.ReadAllText(Path.Combine(Sources.Root, "docs", "reference", "status.md"));
        var reasons = typeof(Reasons).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => (string)field.GetRawConstantValue()!);
        reasons.Where(reason => !page.Contains($"`{reason}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>The other way round: whoever waits for a reason that the pages promise must not wait for ever.</summary>
    [Theory]
    [InlineData("reference/status.md")]
    [InlineData("how-to/troubleshoot.md")]
    public void Every_reason_that_a_page_explains_is_one_that_the_code_gives(string page)
    {
        var known = typeof(Reasons).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => (string)field.GetRawConstantValue()!).Concat(Enum.GetNames<GraphReason>()).ToHashSet();
        Explained(page).ShouldNotBeEmpty();
        Explained(page).Where(reason => !known.Contains(reason)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_reason_in_the_table_is_given_by_some_line_of_the_code()
    {
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Sources.Root, "src", "Operator"), "*.cs",
            SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && Path.GetFileName(path) != "Reasons.cs")
                .Select(File.ReadAllText));
        // A sidecar names its obstacle itself; the rest must be used by name.
        typeof(Reasons).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Where(field => !Reasons.Obstacles.Contains((string)field.GetRawConstantValue()!)).Select(field => field.Name)
            .Where(name => !System.Text.RegularExpressions.Regex.IsMatch(code, $@"Reasons\.{name}\b")).ShouldBeEmpty();
    }

    /// <summary>
    /// The words in the first column of tables that list reasons, and those in front of a colon in the tables of conditions.
    /// </summary>
    private static IEnumerable<string> Explained(string page)
    {
        var isReasons = false;
        foreach (var line in File.ReadLines(Path.Combine(Sources.Root, "docs", page)))
        {
            if (line.StartsWith("| reason |", StringComparison.Ordinal))
                isReasons = true;
            else if (!line.StartsWith('|'))
                isReasons = false;
            else if (isReasons)
                foreach (System.Text.RegularExpressions.Match word in System.Text.RegularExpressions.Regex.Matches(line.Split('|')[1],
                    "`([A-Z][A-Za-z0-9]+)`"))
                    yield return word.Groups[1].Value;
        }
    }

}
