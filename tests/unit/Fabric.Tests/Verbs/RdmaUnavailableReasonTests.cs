using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests.Verbs;

public class RdmaUnavailableReasonTests
{
    [Fact]
    public void Every_obstacle_has_its_line_in_the_guide()
    {
        var page = File.ReadAllText(Path.Combine(Sources.Root, "docs", "how-to", "rdma.md"));
        Enum.GetNames<RdmaUnavailableReason>().Where(name => !page.Contains($"| `{name}` |", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
