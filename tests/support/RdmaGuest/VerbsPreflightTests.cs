using System.Net;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Sidecar.Hosting;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What stands in the way of RDMA, by its name.</summary>
public class VerbsPreflightTests
{
    private const long TrialBytes = 4 << 20;

    [Fact]
    public void Devices_that_are_well_are_usable_under_their_addresses()
    {
        var found = VerbsPreflight.Check(TrialBytes).OrderBy(one => one.Device, StringComparer.Ordinal).ToList();
        found.Select(one => (one.Device, one.Obstacle, one.Address?.ToString(), one.MtuBytes))
            .ShouldBe([("rxe0", null, "10.77.0.1", 4096), ("rxe1", null, "10.77.0.2", 4096)]);
    }

    [Fact]
    public void A_device_that_is_not_there_is_named()
    {
        var found = VerbsPreflight.Check(new VerbsChoice { Device = "mlx5_9" }, TrialBytes);
        found.Obstacle.ShouldBe(RdmaUnavailableReason.NoDevice);
        found.Detail.ShouldContain("mlx5_9");
    }

    [Fact]
    public void A_port_whose_cable_is_out_is_down()
    {
        using var unplugged = Cable.Unplug("eth1");
        VerbsPreflight.Check(new VerbsChoice { Device = "rxe1" }, TrialBytes).Obstacle.ShouldBe(RdmaUnavailableReason.PortDown);
        var reported = PreflightReport.Make().Devices;
        reported.Select(one => one.Reason).ShouldBe(["PortDown", "PortDown"]);
        reported[0].Detail.ShouldContain("interface up");
    }

    [Fact]
    public void An_interface_that_carries_less_than_a_packet_is_named()
    {
        // Down to its least packet of 256 bytes Soft-RoCE follows the interface.
        using var narrow = Cable.Narrow(300);
        var found = VerbsPreflight.Check(new VerbsChoice { Device = "rxe0" }, TrialBytes);
        found.Obstacle.ShouldBe(RdmaUnavailableReason.MtuMismatch);
        found.Detail.ShouldContain("raise its MTU");
        PreflightReport.Make().Devices.Select(one => one.Reason).ShouldBe(["MtuMismatch", null]);
    }

    [Fact]
    public void A_device_follows_the_mtu_of_its_interface_and_says_so()
    {
        using var narrow = Cable.Narrow(1500);
        var found = VerbsPreflight.Check(new VerbsChoice { Device = "rxe0" }, TrialBytes);
        (found.Obstacle, found.MtuBytes).ShouldBe((null, 1024));
    }

    [Fact]
    public void An_address_that_was_taken_away_is_missed()
    {
        using var taken = Cable.TakeAddress();
        var found = VerbsPreflight.Check(new VerbsChoice { Device = "rxe0", Address = IPAddress.Parse("10.77.0.1") }, TrialBytes);
        found.Obstacle.ShouldBe(RdmaUnavailableReason.NoRoceV2Gid);
        found.Detail.ShouldContain("give that address");
    }

    [Fact]
    public void An_address_that_the_port_has_not_is_named()
    {
        var found = VerbsPreflight.Check(new VerbsChoice { Device = "rxe0", Address = IPAddress.Parse("10.77.0.2") }, TrialBytes);
        found.Obstacle.ShouldBe(RdmaUnavailableReason.NoRoceV2Gid);
        found.Detail.ShouldContain("10.77.0.2");
    }
}
