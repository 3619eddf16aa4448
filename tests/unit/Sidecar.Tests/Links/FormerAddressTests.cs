using System.Net;
using K8sMediaFlow.Links.Contract;

namespace K8sMediaFlow.Sidecar.Tests.Links;

public sealed class FormerAddressTests
{
    [Fact]
    public void Where_a_peer_was_is_remembered_until_it_is_there_again()
    {
        var former = new FormerAddresses();
        former.Found("10.0.0.1");
        former.Holds(IPAddress.Parse("10.0.0.1")).ShouldBeFalse();
        former.Found("10.0.0.2");
        former.Holds(IPAddress.Parse("10.0.0.1")).ShouldBeTrue();
        former.Holds(IPAddress.Parse("::ffff:10.0.0.1")).ShouldBeTrue();
        former.Found("10.0.0.1");
        former.Holds(IPAddress.Parse("10.0.0.1")).ShouldBeFalse();
        former.Holds(IPAddress.Parse("10.0.0.2")).ShouldBeTrue();
    }

    [Fact]
    public void A_plan_that_does_not_know_the_address_moves_nobody()
    {
        var former = new FormerAddresses();
        former.Found("10.0.0.1");
        former.Found("0.0.0.0");
        former.Found(null);
        former.Holds(IPAddress.Parse("10.0.0.1")).ShouldBeFalse();
        former.Found("10.0.0.3");
        former.Holds(IPAddress.Parse("10.0.0.1")).ShouldBeTrue();
        // An address that no plan ever had says nothing: a network may show another one.
        former.Holds(IPAddress.Parse("192.168.7.7")).ShouldBeFalse();
    }
}
