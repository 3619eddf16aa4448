using System.Text;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// Every message of the attach protocol, changed field by field, out of order, repeated, cut and with gifts beside it, before and after the
/// name is proved.
/// </summary>
[Trait("Category", "Slow")]
public sealed class AttachMessageTests(Siege siege) : IClassFixture<Siege>
{
    public static TheoryData<AttachMessage.Which> Messages => [.. Enum.GetValues<AttachMessage.Which>()];

    [Fact]
    public void Whatever_a_stranger_says_ends_its_connection_and_nothing_else()
    {
        foreach (var bytes in WireMutations.Of(Hello()))
        {
            using var stranger = new RawMediaOperator(siege.Near.SocketPath, "camera");
            stranger.SendBytes(bytes);
            stranger.SendBytes(bytes);
        }
        foreach (var which in Enum.GetValues<AttachMessage.Which>())
        {
            using var stranger = new RawMediaOperator(siege.Near.SocketPath, "camera");
            stranger.SendBytes(Sound(which, null));
            if (which != AttachMessage.Which.Hello)
                stranger.AwaitClosed();
        }
        siege.ShouldStand();
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Whatever_a_media_operator_says_ends_its_connection_at_most(AttachMessage.Which which)
    {
        using var gift = MemoryFile.Create("attach-gift", 4096);
        // What is not for it to say has few ways to be wrong: one in ten is enough there.
        var step = IsSaid(which) ? 1 : 10;
        var (attached, count) = (siege.AttachRaw(NameFor(which)), 0);
        foreach (var bytes in WireMutations.Of(Sound(which, attached)))
        {
            if (count++ % step != 0)
                continue;
            attached.SendBytes(bytes);
            attached.Settle();
            if (!attached.IsClosed)
                continue;
            attached.Dispose();
            attached = siege.AttachRaw(NameFor(which));
        }
        RawDatagrams.Send(attached.Descriptor, Sound(which, attached), gift.Descriptor, gift.Descriptor);
        attached.AwaitClosed().Dispose();
        OpenMemory.HeldBy(siege.Near.ProcessId, "attach-gift").ShouldBe(0);
        siege.ShouldStand();
    }

    private static string NameFor(AttachMessage.Which which) => (int)which % 2 == 0 ? "camera" : "show";

    private bool IsSaid(AttachMessage.Which which)
    {
        using var attached = siege.AttachRaw(NameFor(which));
        attached.SendBytes(Sound(which, attached));
        attached.Settle();
        return !attached.IsClosed;
    }

    /// <summary>A message whose form is right; what it names is the attached one's own where it has any.</summary>
    private static byte[] Sound(AttachMessage.Which which, RawMediaOperator? attached)
    {
        if (which == AttachMessage.Which.Hello)
            return Hello();
        var buffer = new MessageBuffer(4096);
        var channel = buffer.Begin<AttachMessage.Builder>().InitChannelRegionReady();
        (channel.Channel, channel.Index, channel.Region) = (attached?.Channel ?? 1, 0, 0);
        var bytes = buffer.Finish().ToArray();
        // The union's tag is the one that tells two messages of one shape apart: whatever is added to the union is said too.
        var (tag, of) = TagOf();
        bytes.AsSpan()[tag] = (byte)which;
        of.ShouldBe((byte)AttachMessage.Which.ChannelRegionReady);
        return bytes;
    }

    private static (int Offset, byte Value) TagOf()
    {
        var (one, other) = (new MessageBuffer(4096), new MessageBuffer(4096));
        one.Begin<AttachMessage.Builder>().InitChannelRegionReady();
        other.Begin<AttachMessage.Builder>().InitChannelRegion();
        var (first, second) = (one.Finish().ToArray(), other.Finish().ToArray());
        var offset = Enumerable.Range(0, first.Length).Single(index => first[index] != second[index]);
        return (offset, first[offset]);
    }

    private static byte[] Hello()
    {
        var buffer = new MessageBuffer(4096);
        var hello = buffer.Begin<AttachMessage.Builder>().InitHello();
        (hello.ProtocolLowest, hello.ProtocolHighest, hello.Operator, hello.Replica) = (AttachMessage.Protocol, AttachMessage.Protocol,
            "camera", 1);
        hello.Token = Encoding.UTF8.GetBytes(PodPlans.TokenOf("camera"));
        (hello.Incarnation, hello.ProcessId) = (7, 8);
        return buffer.Finish().ToArray();
    }
}
