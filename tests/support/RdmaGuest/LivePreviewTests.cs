using K8sMediaFlow.EndToEnd.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>The sample with a slow preview beside an archive, by the published programs, over two devices.</summary>
public sealed class LivePreviewTests
{
    [Fact]
    public void A_slow_preview_over_RDMA_costs_the_archive_nothing() => new LivePreview("RDMA", Frames: 60)
    {
        // A smaller picture and fewer of them: the processor is emulated.
        Picture = (640, 360, 10),
        More = "  groups: [{name: viewers, mode: SamePod, operators: [archive, preview]}]\n",
        Arguments =
        [
            "--device", "live-preview-camera-0=rxe0", "--device", "live-preview-viewers-0=rxe1",
            "--stall-seconds", "240", "--silence-seconds", "200",
        ],
    }.ShouldCostTheArchiveNothing();
}
