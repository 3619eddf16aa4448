using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Tests.Desired;

public class SidecarMemoryTests
{
    /// <summary>512 KiB for each link beyond the 64 that the process's own room pays for, in whole MiB.</summary>
    [Theory]
    [InlineData(0, "96Mi", "256Mi")]
    [InlineData(64, "96Mi", "256Mi")]
    [InlineData(65, "97Mi", "257Mi")]
    [InlineData(66, "97Mi", "257Mi")]
    [InlineData(67, "98Mi", "258Mi")]
    [InlineData(500, "314Mi", "474Mi")]
    public void Memory_grows_with_the_links_that_the_process_has_no_room_for(int links, string request, string limit)
    {
        var memory = new SidecarMemory(0, links, HugePages.None);
        (memory.Request, memory.Limit).ShouldBe((request, limit));
    }

    [Fact]
    public void Regions_are_asked_for_once_and_allowed_twice_beside_the_links()
    {
        var memory = new SidecarMemory(10 << 20, 500, HugePages.None);
        (memory.Request, memory.Limit).ShouldBe(("324Mi", "494Mi"));
        var huge = memory with { HugePages = HugePages.Size2Mi };
        (huge.Request, huge.Limit, huge.HugePagesLimit).ShouldBe(("314Mi", "474Mi", "20Mi"), "huge pages are no part of memory");
    }

    [Fact]
    public void The_links_of_a_pod_are_those_of_the_widest_plan_in_both_directions()
    {
        var input = Rendering.Input(Pipelines.Live, minor: 20);
        input.Units.SelectMany(unit => unit.Slots).ToDictionary(slot => slot.Stable, slot => SidecarMemory.Of(input, slot).Links)
            .ShouldBe(new Dictionary<string, int>
            {
                ["live-ingest-0"] = 3,
                ["live-analyse-0"] = 2,
                ["live-analyse-1"] = 2,
                ["live-studio-0"] = 3,
            }, ignoreOrder: true);
    }
}
