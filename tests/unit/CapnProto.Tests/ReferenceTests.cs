using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Against the reference implementation, both ways.</summary>
public class ReferenceTests
{
    [NeedsFact("capnp")]
    public void The_reference_decodes_what_we_build()
    {
        var buffer = new MessageBuffer(4096);
        SampleMessage.Fill(buffer.Begin<Everything.Builder>());
        var text = CapnpTool.Decode(buffer.Finish().ToArray());
        foreach (var part in (string[])["int8 = -100", "int64 = -9223372036854775808", "uint64 = 3", "float64 = 1e-300", "yes = false",
            "no = true",
            "colour = blue", "text = \"héllo\"", "bools = [true, false, false, false, false, false, false, false, true, false, true]",
            "y = 30, label = \"p3\"", "nested = [[], [0, 0, -5]]", "voids = [void, void, void, void]", "right = \"right\"", "first = 11"])
            text.ShouldContain(part);
    }

    [NeedsFact("capnp")]
    public void We_decode_what_the_reference_encodes()
    {
        var ours = new MessageBuffer(4096);
        SampleMessage.Fill(ours.Begin<Everything.Builder>());
        var expected = SampleMessage.Describe(ours.Read<Everything.Reader>(ours.Finish().Length));

        // The tool prints an any-pointer as a placeholder that it cannot parse again.
        var text = CapnpTool.Decode(ours.Finish().ToArray()).Replace("any = <opaque pointer>,", "");
        var theirs = new MessageBuffer(8192);
        var described = SampleMessage.Describe(theirs.Read<Everything.Reader>(CapnpTool.Encode(text)));
        described.ShouldBe(expected.Replace("pair 11 True any", "pair 11 True -"));
    }

    [NeedsFact("capnp")]
    public void The_reference_follows_our_far_pointers()
    {
        var expected = CapnpTool.Decode(Framed(4096));
        foreach (var segmentBytes in (int[])[1000, 600, 440, 256])
            CapnpTool.Decode(Framed(segmentBytes)).ShouldBe(expected);
    }

    [NeedsFact("capnp")]
    public void The_reference_follows_a_payload_in_a_segment_of_its_own()
    {
        using var memory = new GuardedMemory(256);
        var message = new MessageBuilder(memory.Span);
        message.InitRoot<Everything.Builder>().SetExternalData(message.AddExternalSegment(8), 5);
        var envelope = message.SegmentBytes(0);
        byte[] framed = [1, 0, 0, 0, (byte)(envelope.Length / 8), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. envelope, .. "abcde\0\0\0"u8];
        CapnpTool.Decode(framed).ShouldContain("data = \"abcde\"");
    }

    [Fact]
    public void A_message_in_many_segments_reads_as_in_one()
    {
        var buffer = new MessageBuffer(16384);
        var expected = SampleMessage.Describe(buffer.Read<Everything.Reader>(Framed(4096)));
        foreach (var segmentBytes in (int[])[1000, 600, 440, 256])
            SampleMessage.Describe(buffer.Read<Everything.Reader>(Framed(segmentBytes))).ShouldBe(expected);
    }

    internal static byte[] Framed(int segmentBytes)
    {
        var memory = GC.AllocateUninitializedArray<byte>(16384, pinned: true);
        memory.AsSpan().Fill(0xee);
        var message = new MessageBuilder(memory.AsSpan(0, segmentBytes));
        for (var index = 1; (index + 1) * segmentBytes <= memory.Length; index++)
            message.AddSegment(memory.AsSpan(index * segmentBytes, segmentBytes));
        SampleMessage.Fill(message.InitRoot<Everything.Builder>());
        var framed = new byte[StreamFraming.SizeBytes(in message)];
        StreamFraming.Write(in message, framed).ShouldBe(framed.Length);
        GC.KeepAlive(memory);
        return framed;
    }
}
