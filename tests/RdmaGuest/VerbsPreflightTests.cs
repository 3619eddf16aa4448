using System.Net;
using K8sMediaFlow.Fabric.Verbs;

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
        found.Obstacle.ShouldBe(VerbsObstacle.NoDevice);
        found.Detail.ShouldContain("mlx5_9");
    }

    [Fact]
    public void A_port_whose_cable_is_out_is_down()
    {
        using var unplugged = Cable.Unplug("eth1");
        VerbsPreflight.Check(new VerbsChoice { Device = "rxe1" }, TrialBytes).Obstacle.ShouldBe(VerbsObstacle.PortDown);
    }

    [Fact]
    public void An_address_that_the_port_has_not_is_named()
    {
        var found = VerbsPreflight.Check(new VerbsChoice { Device = "rxe0", Address = IPAddress.Parse("10.77.0.2") }, TrialBytes);
        found.Obstacle.ShouldBe(VerbsObstacle.NoRoceV2Gid);
        found.Detail.ShouldContain("10.77.0.2");
    }
}
