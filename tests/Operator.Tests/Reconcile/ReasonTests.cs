using System.Reflection;
using System.Runtime.CompilerServices;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class ReasonTests
{
    [Fact]
    public void Every_reason_stands_in_the_page_for_users()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "STATUS.md"));
        var reasons = typeof(Reasons).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (string)field.GetRawConstantValue()!);
        reasons.Where(reason => !page.Contains($"`{reason}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
