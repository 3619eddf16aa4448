using System.Reflection;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Chart.Tests;

/// <summary>Whatever a condition or an Event says has its line in the guide.</summary>
public sealed class GuideReasonTests
{
    [Fact]
    public void Every_type_and_reason_of_the_controller_is_explained()
    {
        var page = File.ReadAllText(Path.Combine(Sources.Root, "docs", "how-to", "troubleshoot.md"));
        typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)
            .Where(reason => !page.Contains($"`{reason}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
