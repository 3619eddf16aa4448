using System.Reflection;
using K8sMediaFlow.TestKit.Clusters;
using Xunit.Abstractions;
using Xunit.Sdk;

// Cases mostly wait: more of them go on at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestFramework("K8sMediaFlow.Cluster.Tests.Harness.ClusterFramework", "K8sMediaFlow.Cluster.Tests")]
[assembly: TestCollectionOrderer("K8sMediaFlow.Cluster.Tests.Harness.LongestFirst", "K8sMediaFlow.Cluster.Tests")]

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// Runs the cases as usual and takes the clusters down after the last: they belong to the whole run, for which this xunit has no fixture.
/// </summary>
public sealed class ClusterFramework(IMessageSink sink) : XunitTestFramework(sink)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink sink)
        : XunitTestFrameworkExecutor(assembly, sources, sink)
    {
        // The base class, too, has no way to wait for the end of a run but this.
        protected override async void RunTestCases(IEnumerable<IXunitTestCase> cases, IMessageSink results,
            ITestFrameworkExecutionOptions options)
        {
            // On one cluster, who changes the controller would change it under the others.
            if (GivenCluster.IsGiven)
                options.SetValue("xunit.execution.DisableParallelization", true);
            using var run = new Run(TestAssembly, cases, DiagnosticMessageSink, results, options);
            await run.RunAsync();
        }
    }

    private sealed class Run(ITestAssembly assembly, IEnumerable<IXunitTestCase> cases, IMessageSink sink, IMessageSink results,
        ITestFrameworkExecutionOptions options)
        : XunitTestAssemblyRunner(assembly, cases, sink, results, options)
    {
        protected override Task BeforeTestAssemblyFinishedAsync()
        {
            TwoNodes.EndAll();
            return base.BeforeTestAssemblyFinishedAsync();
        }
    }
}

/// <summary>What takes longest begins first, so that nothing long is left alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = ["InstallingCase", "DisturbingCase", "QuietCases", "SampleCases", "DeviceCases", "DeathCases"];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(Place).ThenBy(one => one.DisplayName, StringComparer.Ordinal);

    private static int Place(ITestCollection collection) =>
        Array.FindIndex(Long, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var place
            ? place
            : Long.Length;
}
