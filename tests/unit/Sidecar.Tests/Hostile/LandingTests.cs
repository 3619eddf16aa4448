using System.Buffers.Binary;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Wire;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// Every word of a frame's header and envelope, as a peer whose certificate, handshake and token are right may write them on the data
/// connection.
/// </summary>
[Trait("Category", "Slow")]
public sealed class LandingTests(Siege siege) : IClassFixture<Siege>
{
    private const int PayloadBytes = 1000, GarbageBytes = 64 << 10;

    [Fact]
    public void Whatever_a_frame_header_says_ends_its_link_at_most()
    {
        using (var foe = siege.Betray())
        {
            for (var word = 0; word < FrameHeaderCodec.SizeBytes / sizeof(ulong); word++)
            {
                foreach (var change in WireMutations.Changes)
                {
                    using var link = foe.Dial();
                    var frame = Frame(link, sequence: 1);
                    var at = frame.AsSpan(word * sizeof(ulong));
                    BinaryPrimitives.WriteUInt64LittleEndian(at, change(BinaryPrimitives.ReadUInt64LittleEndian(at)));
                    link.SendData(frame);
                    End(link);
                }
            }
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Frames_that_are_cut_repeated_or_for_blocks_that_are_not_granted_end_their_link()
    {
        using (var foe = siege.Betray())
        {
            foreach (var length in new[] { 0, 1, 255, 256, 257, 700 })
            {
                using var link = foe.Dial();
                link.SendData(Frame(link, sequence: 1).AsSpan(0, length));
                link.Data!.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                link.AwaitClosed();
            }
            foreach (var sequences in new ulong[][] { [1, 1], [2, 1], [5000], [4097, 1], [ulong.MaxValue] })
            {
                using var link = foe.Dial();
                foreach (var sequence in sequences)
                    link.SendData(Frame(link, sequence));
                End(link);
            }
            using var twice = foe.Dial();
            var sent = Frame(twice, sequence: 1);
            twice.SendData(sent);
            twice.SendData(sent);
            twice.AwaitClosed();
        }
        siege.ShouldStand();
    }

    [Fact]
    public void A_frame_whose_envelope_is_not_sound_ends_neither_its_link_nor_its_consumer()
    {
        using (var foe = siege.Betray())
        {
            using var link = foe.Dial();
            var sequence = 0UL;
            foreach (var envelope in WireMutations.FewOf(Envelope(1)).Where(one => one.Length <= 1024))
                link.SendData(Frame(link, ++sequence, envelope));
            link.SendData(Frame(link, ++sequence));
            siege.AwaitMopped(sequence);
        }
        siege.Near.Status.Operators.Single(one => one.Name == "mop").State.ShouldBe(MediaOperatorState.Attached);
        siege.Near.Log.ShouldNotContain("mop-0 says that");
        siege.ShouldStand();
    }

    // More than a block holds, so that the last of it is no part of a frame that was announced as longer than it is.
    private static void End(FoeLink link)
    {
        var garbage = new byte[GarbageBytes];
        garbage.AsSpan().Fill(0xEE);
        link.SendData(garbage);
        link.AwaitClosed();
    }

    private byte[] Frame(FoeLink link, ulong sequence) => Frame(link, sequence, Envelope(sequence));

    /// <summary>A frame with a payload, in the next block that is granted; its link sequence is that of its identity.</summary>
    private byte[] Frame(FoeLink link, ulong sequence, byte[] envelope)
    {
        var (slot, _) = link.TakeSlot(siege.Feed);
        var frame = new LinkFrame { Kind = FrameKind.Frame, Stream = RawProducer.Number, Sequence = sequence };
        frame.AddSegment(new MemoryPart(0, envelope.Length));
        frame.AddSegment(new MemoryPart(0, PayloadBytes));
        var header = FrameHeaderCodec.Describe(in frame, link.Epoch, sequence, slot, 0);
        var bytes = new byte[header.TotalLengthBytes];
        FrameHeaderCodec.Write(bytes, header);
        envelope.CopyTo(bytes.AsSpan((int)header.Segment0.OffsetBytes));
        return bytes;
    }

    private static byte[] Envelope(ulong sequence)
    {
        var bytes = GC.AllocateArray<byte>(1024, pinned: true);
        var info = new FrameInfo { Stream = RawProducer.Number, Sequence = sequence };
        return bytes[..FrameEnvelope.Write(bytes, in info, PayloadBytes)];
    }
}
