using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What the packets of a connection carry, as the cable sees them.</summary>
public sealed class VerbsTrafficClassTests() : CableTests(blockCount: 2)
{
    [Theory]
    [InlineData(0)]
    [InlineData(104)]
    public void Packets_of_both_ends_carry_the_traffic_class(byte trafficClass)
    {
        using var tap = new PacketTap();
        using (var pair = new FabricPair(Fabric, Area, new FabricOptions { TrafficClass = trafficClass }))
        {
            var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, Source.Part(0, 5000));
            pair.Grant(frame.Slot);
            pair.Write(frame);
            pair.Receive().ShouldBe(new Landing(frame.Slot, frame.TotalBytes));
            pair.PollAll(1);
        }
        tap.TrafficClasses().ShouldBe([trafficClass]);
    }
}
