using System.Net;
using K8sMediaFlow.Fabric.Tests;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>A fabric that is asked again, after something has happened to its device.</summary>
public class VerbsRefreshTests
{
    private static readonly IPAddress s_address = IPAddress.Parse("10.77.0.1");

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void A_fabric_whose_port_was_down_is_as_good_as_before(string port)
    {
        using var fabric = new CableFabric();
        using (Cable.Unplug(port))
            Should.Throw<VerbsUnusableException>(fabric.Refresh).Obstacle.ShouldBe(RdmaUnavailableReason.PortDown);
        fabric.Refresh();
        Exchange(fabric);
    }

    [Fact]
    public void An_address_that_is_gone_is_missed_and_found_again()
    {
        using var bound = VerbsFabric.Open(new VerbsChoice { Device = "rxe0", Address = s_address });
        using var free = VerbsFabric.Open(new VerbsChoice { Device = "rxe0" });
        free.Address.ShouldBe(s_address);
        using (Cable.TakeAddress())
        {
            Should.Throw<VerbsUnusableException>(bound.Refresh).Obstacle.ShouldBe(RdmaUnavailableReason.NoRoceV2Gid);
            free.Refresh();
            free.Address.IsIPv6LinkLocal.ShouldBeTrue();
        }
        bound.Refresh();
        free.Refresh();
        free.Address.ShouldBe(s_address);
        using var fabric = new CableFabric();
        Exchange(fabric);
    }

    [Fact]
    public void A_device_that_failed_is_not_asked_again()
    {
        using var device = VerbsDevice.Open(new VerbsChoice { Device = "rxe0" });
        device.Refresh();
        // No fault that can be provoked here makes Soft-RoCE say this.
        device.Tell(new DeviceEvent(DeviceEventKind.DeviceFailed, 8, 0));
        for (var turn = 0; turn < 2; turn++)
        {
            var failure = Should.Throw<VerbsUnusableException>(device.Refresh);
            failure.Obstacle.ShouldBe(RdmaUnavailableReason.DeviceBusy);
            failure.Message.ShouldContain("restart the sidecar");
        }
    }

    private static void Exchange(CableFabric fabric)
    {
        var source = new TestArea(4096, 1);
        using var registration = fabric.Register(source.Address, source.LengthBytes);
        using var pair = new FabricPair(fabric, new TestArea(4096, 1));
        pair.Grant(0);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 1, source.Part(0, 1000)));
        pair.Receive().Slot.ShouldBe(0u);
    }
}
