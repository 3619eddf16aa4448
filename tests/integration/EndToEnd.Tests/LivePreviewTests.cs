using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The sample with a slow preview beside an archive, in one pod and in several. Over RDMA it runs in the guest.</summary>
public sealed class LivePreviewTests
{
    private const int Frames = 150;

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void A_slow_preview_in_the_same_pod_costs_the_archive_nothing() => new LivePreview("Local", Frames)
    {
        More = "  groups: [{name: one, mode: SamePod, operators: [camera, archive, preview]}]\n",
    }.ShouldCostTheArchiveNothing();

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void A_slow_preview_over_TCP_costs_the_archive_nothing() => new LivePreview("TCP", Frames).ShouldCostTheArchiveNothing();
}
