using K8sMediaFlow.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>
/// A case on a cluster; prints what became of its frames. Cases of one class run one after another, classes beside each other and in
/// namespaces of their own.
/// </summary>
[Trait("Category", "Root")]
public abstract class FlowCase(ITestOutputHelper output)
{
    private TwoNodes? _cluster;

    /// <summary>Where it runs: the others' of its kind, or where a mutant is.</summary>
    public TwoNodes Cluster { get => _cluster ??= Usual; init => _cluster = value; }

    protected virtual TwoNodes Usual => TwoNodes.Shared;

    internal Kubectl Kubectl => Cluster.Kubectl;

    internal Flow NewFlow() => new(Cluster, Print);

    /// <summary>One that runs already, and is left running.</summary>
    internal virtual Flow StandingFlow() => Cluster.Standing.Take(Print);

    protected void Print(string line)
    {
        output.WriteLine(line);
        Console.WriteLine($"cluster: {line}");
    }
}

/// <summary>A case that takes nodes, links or the control plane away: one at a time, on a cluster that others do not use.</summary>
[Collection(nameof(DisturbingCase))]
public abstract class DisturbingCase(ITestOutputHelper output) : FlowCase(output)
{
    protected override TwoNodes Usual => TwoNodes.Disturbed;
}

/// <summary>
/// A case that installs, removes or changes the controller, which runs every pipeline of its cluster: one at a time, on a cluster that
/// others do not use.
/// </summary>
[Collection(nameof(InstallingCase))]
public abstract class InstallingCase(ITestOutputHelper output) : FlowCase(output)
{
    protected override TwoNodes Usual => TwoNodes.Installed;
}
