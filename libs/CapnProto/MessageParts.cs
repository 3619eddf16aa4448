using System.Buffers;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A finished message as the memories that make up its framed form, table first, without copying it:
/// <code>
/// parts.Take(in message);
/// RandomAccess.Write(file, parts.Memories, offset);
/// </code>
/// Reusable: after the first messages, taking one allocates nothing. Valid until the next one is taken or the message changes.
/// </summary>
public sealed class MessageParts
{
    private readonly byte[] _table = GC.AllocateUninitializedArray<byte>(StreamFraming.TableBytes(StreamFraming.SegmentsMax), pinned: true);
    private readonly List<ReadOnlyMemory<byte>> _memories = [];
    private readonly List<SegmentMemory> _segments = [];

    /// <summary>The table and each segment that is not empty.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Memories => _memories;

    /// <summary>Bytes of all parts together.</summary>
    public long LengthBytes { get; private set; }

    /// <exception cref="ArgumentException">A segment is external, longer than 2 GiB, or one too many.</exception>
    public void Take(in MessageBuilder message)
    {
        if (message.SegmentCount > StreamFraming.SegmentsMax)
            throw new ArgumentException("The message has more segments than a reader accepts.", nameof(message));
        _memories.Clear();
        var tableBytes = StreamFraming.WriteTable(in message, _table);
        _memories.Add(_table.AsMemory(0, tableBytes));
        LengthBytes = tableBytes;
        for (var index = 0; index < message.SegmentCount; index++)
            Add(index, message.Part(index));
        Invariant.That(LengthBytes == StreamFraming.SizeBytes(in message));
    }

    private void Add(int index, MessagePart part)
    {
        if (part.LengthBytes == 0)
            return;
        if (part.Address == 0 || part.LengthBytes > int.MaxValue)
            throw new ArgumentException($"Segment {index} is external or longer than a memory can be.");
        while (_segments.Count <= index)
            _segments.Add(new SegmentMemory());
        _segments[index].Part = part;
        _memories.Add(_segments[index].Memory);
        LengthBytes += part.LengthBytes;
    }

    /// <summary>The memory is not the collector's, so there is nothing to pin and nothing to free.</summary>
    private sealed class SegmentMemory : MemoryManager<byte>
    {
        public MessagePart Part { get; set; }

        public override unsafe Span<byte> GetSpan() => new((void*)Part.Address, (int)Part.LengthBytes);

        public override unsafe MemoryHandle Pin(int elementIndex = 0) => new((byte*)Part.Address + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
