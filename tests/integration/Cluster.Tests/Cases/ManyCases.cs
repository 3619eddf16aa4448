using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Pipelines beside each other.</summary>
public sealed class ManyCases(ITestOutputHelper output) : FlowCase(output)
{
    private const int Pipelines = 10, FramesEach = 50;

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Ten_pipelines_carry_frames_at_once_and_each_counts_its_own()
    {
        using var flow = NewFlow();
        var names = Enumerable.Range(0, Pipelines).Select(number => $"flow{number}").ToList();
        flow.Apply(string.Join("\n---\n", names.Select(name => Variants.Small(flow.Space, name))));
        Wait.Until($"all {Pipelines} pipelines carry frames", () => names.All(name => Seen(flow, name) > 0), flow.Describe);
        // From here on they all run: each has to get on while the others do.
        var before = names.ToDictionary(name => name, name => Seen(flow, name));
        var took = Wait.Until($"{FramesEach} frames more in each", () => names.All(name => Seen(flow, name) >= before[name] + FramesEach),
            flow.Describe);
        var accounts = names.ToDictionary(name => name,
            name => FrameAccount.Of(flow.Records, $"{name}-{Documents.Sent}", $"{name}-{Documents.Seen}"));
        var all = accounts.Values.Aggregate((one, other) => one + other);
        Print(FormattableString.Invariant(
            $"{Pipelines} pipelines: {all}, recovery 0.0 s; {FramesEach} frames more in each took {took.TotalSeconds:0.0} s"));
        foreach (var (name, account) in accounts)
            (account.Lost, account.Doubled, account.Disordered).ShouldBe((0, 0, 0), $"{name}: {account}");
        Wait.Until("all are Ready", () => names.All(name => flow.Is("Ready", "True", name)), flow.Describe);
    }

    private static long Seen(Flow flow, string name) => FrameAccount.Seen(flow.Records, $"{name}-{Documents.Seen}");
}
