using K8sMediaFlow.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>A case on the cluster. Cases run one after another; each prints what became of its frames.</summary>
[Collection(nameof(TwoNodes))]
[Trait("Category", "Root")]
public abstract class FlowCase(TwoNodes cluster, ITestOutputHelper output)
{
    protected TwoNodes Cluster => cluster;

    internal Flow NewFlow() => new(cluster, Print);

    internal Kubectl Kubectl => cluster.Kubectl;

    protected void Print(string line)
    {
        output.WriteLine(line);
        Console.WriteLine($"cluster: {line}");
    }
}
