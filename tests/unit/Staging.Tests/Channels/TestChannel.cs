using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Tests.Channels;

/// <summary>A channel with both its ends in this process, and a third mapping to play a peer that breaks rules.</summary>
internal sealed class TestChannel : IDisposable
{
    private readonly ChannelFile _file;
    private readonly MappedMemory _producerMemory;
    private readonly MappedMemory _consumerMemory;

    public TestChannel(int capacity, bool canTakeBack = false)
    {
        _file = ChannelFile.Create(42, capacity, canTakeBack);
        _producerMemory = ChannelFile.Map(_file.File);
        _consumerMemory = ChannelFile.Map(_file.File);
        Producer = new ChannelProducer(_producerMemory);
        Consumer = new ChannelConsumer(_consumerMemory);
        Observer = new ChannelObserver(_consumerMemory);
    }

    public ChannelProducer Producer { get; }

    public ChannelConsumer Consumer { get; }

    public ChannelObserver Observer { get; }

    public MemoryFile File => _file.File;

    public Span<byte> Raw => _consumerMemory.Span(0, (int)_consumerMemory.LengthBytes);

    public static FrameDescriptor Frame(ulong sequence)
    {
        var descriptor = new FrameDescriptor { Kind = FrameKind.Frame, Stream = 7, Sequence = sequence };
        descriptor.AddSegment(new SegmentRef(0, new BlockRef((uint)sequence, 1), 0, 64));
        return descriptor;
    }

    public void Push(ulong sequence)
    {
        var frame = Frame(sequence);
        Producer.TryPush(ref frame).ShouldBeTrue();
    }

    public FrameDescriptor Pop()
    {
        Consumer.TryPop(out var descriptor).ShouldBeTrue();
        return descriptor;
    }

    public void WriteWord(int offset, ulong value) => BitConverter.TryWriteBytes(Raw[offset..], value);

    public void Dispose()
    {
        _producerMemory.Dispose();
        _consumerMemory.Dispose();
        _file.Dispose();
    }
}
