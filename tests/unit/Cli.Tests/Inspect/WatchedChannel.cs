using K8sMediaFlow.Cli.Inspect;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Cli.Tests.Inspect;

/// <summary>A producer with a region and a channel of its own, and what an observer maps of them.</summary>
internal sealed class WatchedChannel : IDisposable
{
    public const int Width = 6;
    public const int Height = 4;
    private readonly StagingRegion _region = StagingRegion.Create("watched", [new BlockClass(4096, 8)]);
    private readonly ChannelFile _file = ChannelFile.Create(7, 4);
    private readonly MappedMemory _regionMemory;
    private readonly MappedMemory _channelMemory;
    private readonly RegionWriter _writer;
    private readonly ChannelProducer _producer;
    private readonly BlockQuota _quota = new(8);
    private readonly Queue<BlockRef> _blocks = new();
    private ulong _sequence;

    public WatchedChannel()
    {
        _regionMemory = _region.MapForProducer();
        _region.Seal();
        _writer = new RegionWriter(_regionMemory);
        _channelMemory = ChannelFile.Map(_file.File);
        _producer = new ChannelProducer(_channelMemory);
        Region = ObservedRegion.Map(0, "analyse-0", _region.File);
        Channel = ObservedChannel.Map(7, "analyse.video->overlay.video", "analyse-0", "overlay-0", intoLink: false, _file.File);
        Channel.Regions.Set(0, Region.Reader);
    }

    public ObservedRegion Region { get; }

    public ObservedChannel Channel { get; }

    /// <summary>The times of every picture as its source has them.</summary>
    public TimingInfo Timing { get; init; }

    /// <summary>Sends a gray picture whose rows are two bytes longer than it is wide.</summary>
    public void Send(byte luma)
    {
        const int Stride = Width + 2;
        var info = new FrameInfo { Stream = 0xabc, Sequence = ++_sequence, PresentationTimeNs = 40_000_000, Kind = MediaKind.Video };
        info.Timing = Timing;
        var planes = default(PlaneSet);
        planes.Add(new PlaneInfo(0, Stride, Height));
        info.Video = new VideoInfo
        {
            Width = Width,
            Height = Height,
            PixelFormat = PixelFormat.Gray,
            FrameRateNumerator = 25,
            FrameRateDenominator = 1,
            Planes = planes,
        };
        var metadata = new FrameMetadata();
        metadata.Set("score", 0.5);
        metadata.Set("label", "goal");
        metadata.Set("histogram", [1L, 2L]);
        var (envelope, payload) = (Take(), Take());
        _writer.Memory(payload)[..(Stride * Height)].Fill(luma);
        var used = FrameEnvelope.Write(_writer.Memory(envelope), in info, Stride * Height, 0, metadata);
        var descriptor = new FrameDescriptor { Stream = info.Stream, Sequence = info.Sequence, Kind = FrameKind.Frame };
        descriptor.AddSegment(new SegmentRef(0, envelope, 0, (uint)used));
        descriptor.AddSegment(new SegmentRef(0, payload, 0, Stride * Height));
        _producer.TryPush(ref descriptor).ShouldBeTrue();
    }

    /// <summary>Sends an encoded message.</summary>
    public void Send(in EncodedInfo encoded, ReadOnlySpan<byte> message)
    {
        var info = new FrameInfo { Stream = 0xabc, Sequence = ++_sequence, Kind = MediaKind.Encoded, Encoded = encoded };
        var (envelope, payload) = (Take(), Take());
        message.CopyTo(_writer.Memory(payload));
        var used = FrameEnvelope.Write(_writer.Memory(envelope), in info, message.Length);
        var descriptor = new FrameDescriptor { Stream = info.Stream, Sequence = info.Sequence, Kind = FrameKind.Frame };
        descriptor.AddSegment(new SegmentRef(0, envelope, 0, (uint)used));
        descriptor.AddSegment(new SegmentRef(0, payload, 0, (uint)message.Length));
        _producer.TryPush(ref descriptor).ShouldBeTrue();
    }

    /// <summary>Takes the oldest frame's blocks back and gives them another life.</summary>
    public void Recycle()
    {
        for (var index = 0; index < 2; index++)
            _writer.Release(_blocks.Dequeue()).ShouldBeTrue();
    }

    public void Dispose()
    {
        Channel.Dispose();
        Region.Dispose();
        _channelMemory.Dispose();
        _regionMemory.Dispose();
        _file.Dispose();
        _region.Dispose();
    }

    private BlockRef Take()
    {
        _writer.TryTake(1000, _quota, out var block).ShouldBeTrue();
        _blocks.Enqueue(block);
        return block;
    }
}
