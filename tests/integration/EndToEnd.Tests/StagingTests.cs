using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>Shared memory as the document asks for it, in local runs.</summary>
[Trait("Category", "Slow")]
public class StagingTests
{
    private const string Blocks = "blockClasses: [{size: 32Ki, count: 40}, {size: 128Ki, count: 12}]";

    [Theory]
    [InlineData("polling: {mode: Event}", true)]
    [InlineData(Blocks, true)]
    [InlineData(Blocks + ", polling: {mode: Hybrid, spinMicroseconds: 200}", false)]
    public void Every_frame_arrives_through_blocks_and_waits_of_the_users_choice(string staging, bool samePod)
    {
        using var run = new LocalRun();
        run.Start(With(staging, samePod)).AwaitExit().ShouldBe(0, run.Log);
        Counts.OfSink(run).ShouldBe(new Counts(300, 0, 0, 0));
    }

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public void Every_frame_arrives_through_huge_pages_and_none_is_kept()
    {
        using var pages = new ReservedPages(16);
        using var run = new LocalRun();
        run.Start(With("hugePages: 2Mi", samePod: false)).AwaitExit().ShouldBe(0, run.Log);
        Counts.OfSink(run).ShouldBe(new Counts(300, 0, 0, 0));
        run.Leftovers().ShouldBeEmpty();
        for (var look = 0; look < 100 && ReservedPages.Free != 16; look++)
            Thread.Sleep(100);
        ReservedPages.Free.ShouldBe(16);
    }

    [NeedsTheory("root")]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Category", "Root")]
    public void Without_huge_pages_a_run_that_asks_for_them_ends_and_says_how_many_it_needs_and_where(bool samePod)
    {
        using var pages = new ReservedPages(0);
        using var run = new LocalRun();
        run.Start(With("hugePages: 2Mi", samePod)).AwaitExit().ShouldBe(1, run.Log);
        run.Log.ShouldContain("huge pages of 2 MiB that this machine does not have free");
        run.Log.ShouldContain("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
        run.Leftovers().ShouldBeEmpty();
    }

    private static string With(string staging, bool samePod) =>
        Documents.GenerateToSink("Batch", 300, samePod)
            .Replace("  execution: Batch", $"  execution: Batch\n  staging: {{{staging}}}", StringComparison.Ordinal);
}
