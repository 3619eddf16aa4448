using K8sMediaFlow.CapnProto;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Messages.Tests;

/// <summary>What processes say to each other, written and read in a line or two.</summary>
public class ConversationTests
{
    private readonly MessageBuffer _buffer = new(64 * 1024);

    [NeedsFact("capnp")]
    public void An_attach_hello_reads_as_written_and_as_the_reference_reads_it()
    {
        var hello = _buffer.Begin<AttachMessage.Builder>().InitHello();
        hello.ProtocolLowest = hello.ProtocolHighest = AttachMessage.Protocol;
        hello.Operator = "decode";
        hello.Replica = 3;
        hello.Token = [1, 2, 3];
        var sent = _buffer.Finish().ToArray();

        var received = new MessageBuffer(64 * 1024);
        var message = received.Read<AttachMessage.Reader>(sent);
        message.Which.ShouldBe(AttachMessage.Which.Hello);
        message.Hello.Operator.ToString().ShouldBe("decode");
        message.Hello.Replica.ShouldBe(3u);
        message.Hello.Token.ToArray().ShouldBe([1, 2, 3]);
        Schemas.Decode("attach", "AttachMessage", sent).ShouldContain("operator = \"decode\"");
    }

    [Fact]
    public void A_welcome_carries_ports_with_their_caps()
    {
        var welcome = _buffer.Begin<AttachMessage.Builder>().InitWelcome();
        var outputs = welcome.InitOutputs(1);
        var video = outputs[0].InitCaps().InitVideo();
        video.Width = 1920;
        video.Format = "yuv420p";
        var edges = outputs[0].InitEdges(2);
        var edge = edges[1];
        edge.Name = "decode.video->analyse.video";
        edge.Distribution = AttachMessage.Distribution.Broadcast;

        var read = _buffer.Read<AttachMessage.Reader>(_buffer.Finish().Length).Welcome;
        read.Outputs[0].Caps.Which.ShouldBe(AttachMessage.Caps.Which.Video);
        read.Outputs[0].Caps.Video.Format.Equals("yuv420p").ShouldBeTrue();
        read.Outputs[0].Edges[1].Distribution.ShouldBe(AttachMessage.Distribution.Broadcast);
        read.Inputs.Count.ShouldBe(0);
    }

    [Fact]
    public void A_link_hello_has_its_magic_without_setting_it()
    {
        _buffer.Begin<LinkMessage.Builder>().InitHello().InitFabrics(1)[0].InitOffer(5).Fill(7);
        var hello = _buffer.Read<LinkMessage.Reader>(_buffer.Finish().Length).Hello;
        hello.Magic.ShouldBe(LinkMessage.Magic);
        hello.Fabrics[0].Offer.ToArray().ShouldBe([7, 7, 7, 7, 7]);
    }

    [Fact]
    public void Acks_and_grants_are_written_and_read_without_an_allocation()
    {
        for (var warm = 0; warm < 200; warm++)
            AckAndGrant();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var again = 0; again < 1000; again++)
            AckAndGrant();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private void AckAndGrant()
    {
        var ack = _buffer.Begin<LinkMessage.Builder>().InitAck();
        ack.Epoch = 7;
        var landed = ack.InitLanded();
        landed.Cumulative = 1000;
        landed.InitBeyond(4).Span.Fill(5);
        var read = _buffer.Read<LinkMessage.Reader>(_buffer.Finish().Length).Ack;
        Require(read.Landed.Beyond[3] == 5 && read.Landed.Cumulative == 1000 && read.Done.Cumulative == 0);

        var slots = _buffer.Begin<LinkMessage.Builder>().InitGrant().InitSlots(64);
        for (var index = 0; index < slots.Count; index++)
        {
            var slot = slots[index];
            slot.Slot = (uint)index;
            slot.SizeBytes = 4096;
        }

        var count = 0;
        foreach (var slot in _buffer.Read<LinkMessage.Reader>(_buffer.Finish().Length).Grant.Slots)
            Require(slot.Slot == count++);
    }

    private static void Require(bool condition)
    {
        if (!condition)
            Assert.Fail("the message differs");
    }
}
