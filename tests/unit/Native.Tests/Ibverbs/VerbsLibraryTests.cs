using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Native.Tests.Ibverbs;

/// <summary>The real library, on a machine that may have no RDMA at all.</summary>
public class VerbsLibraryTests
{
    [Fact]
    public void The_library_is_found_by_its_name() => VerbsLibrary.MissingReason.ShouldBeNull();

    [Fact]
    public void Listing_devices_needs_none_and_opening_an_unknown_one_finds_none()
    {
        VerbsLibrary.DeviceNames().ShouldNotContain("no-such-device");
        DeviceContext.TryOpen("no-such-device").ShouldBeNull();
    }
}
