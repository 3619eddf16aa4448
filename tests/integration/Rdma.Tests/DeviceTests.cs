using K8sMediaFlow.RdmaGuest;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Rdma.Tests;

/// <summary>The tests that need an RDMA device, run in a guest whose kernel has two: each is a test here, by its name there.</summary>
public sealed class DeviceTests(Guest guest) : IClassFixture<Guest>
{
    public static TheoryData<string> Names() => [.. GuestTests.Names()];

    [Trait("Category", "Slow")]
    [NeedsTheory("qemu-system-x86_64", "busybox", "cpio")]
    [MemberData(nameof(Names))]
    public void In_the_guest(string test)
    {
        var result = guest.ResultOf(test);
        result.ShouldNotBeNull($"the guest did not run it; its last words:\n{guest.LastWords}");
        result.IsPassed.ShouldBeTrue(result.Reason);
    }
}
