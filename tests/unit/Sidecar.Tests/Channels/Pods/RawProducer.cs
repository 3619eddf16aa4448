using System.Buffers.Binary;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Tests.Channels.Pods;

/// <summary>Produces into a raw operator's channel, correctly or as the test says.</summary>
/// <param name="end">Whose region it takes blocks of.</param>
/// <param name="channel">The one that came last where none is named.</param>
internal sealed class RawProducer(RawMediaOperator end, RawChannel? channel = null)
{
    public const ulong Number = 42;

    private const int TailOffset = 64, CellsOffset = 4096, CellBytes = 128, TicketOffset = 16, KindOffset = 28;

    private readonly ChannelProducer _channel = new(channel?.Rings ?? end.Rings!);
    private readonly MappedMemory _rings = channel?.Rings ?? end.Rings!;
    private readonly DoorbellNotifier _peer = channel?.Doorbell ?? end.Peer!;
    private readonly BlockQuota _quota = new(200);

    public ulong Stream { get; init; } = Number;

    public ulong Sent { get; private set; }

    /// <summary>Sends one frame, its descriptor changed by the test.</summary>
    public void Send(Func<FrameDescriptor, FrameDescriptor>? change = null)
    {
        var (stream, sequence) = (Stream, ++Sent);
        end.Writer!.TryTake(1, _quota, out var envelope).ShouldBeTrue();
        end.Writer.TryTake(1000, _quota, out var payload).ShouldBeTrue();
        var info = new FrameInfo { Stream = stream, Sequence = sequence };
        var length = FrameEnvelope.Write(end.Writer.Memory(envelope), in info, 1000);
        var descriptor = new FrameDescriptor
        {
            Kind = FrameKind.Frame,
            Stream = stream,
            Sequence = sequence,
            SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds,
        };
        descriptor.AddSegment(new SegmentRef(0, envelope, 0, (uint)length));
        descriptor.AddSegment(new SegmentRef(0, payload, 0, 1000));
        Push(change is null ? descriptor : change(descriptor));
    }

    public void SendGarbledEnvelope()
    {
        end.Writer!.TryTake(1, _quota, out var envelope).ShouldBeTrue();
        end.Writer.Memory(envelope)[..256].Fill(0xEE);
        var descriptor = new FrameDescriptor { Kind = FrameKind.Frame, Stream = Stream, Sequence = ++Sent };
        descriptor.AddSegment(new SegmentRef(0, envelope, 0, 256));
        Push(descriptor);
    }

    public void End(ulong last) => Push(new FrameDescriptor { Kind = FrameKind.EndOfStream, Stream = Stream, Sequence = last });

    /// <summary>Sends a frame and rewrites its ticket before its reader is rung.</summary>
    public void SendTicket(ulong ticket) => Rewrite(TicketOffset, bytes => BinaryPrimitives.WriteUInt64LittleEndian(bytes, ticket));

    public void SendKind(ushort kind) => Rewrite(KindOffset, bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes, kind));

    public void JumpTail(ulong tail)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_rings.Span(TailOffset, 8), tail);
        _peer.Ring();
    }

    // The cell is written by hand and published after it, so that nobody reads it half changed.
    private void Rewrite(int offset, Action<Span<byte>> change)
    {
        var cell = _rings.Span(CellsOffset + ((int)Sent * CellBytes), CellBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(cell[TicketOffset..], Sent + 1);
        change(cell[offset..]);
        JumpTail(Sent + 1);
    }

    private void Push(FrameDescriptor descriptor)
    {
        _channel.TryPush(ref descriptor).ShouldBeTrue();
        _peer.Ring();
    }
}
