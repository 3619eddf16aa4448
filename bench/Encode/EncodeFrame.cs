using System.Diagnostics;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Bench.Encode;

/// <summary>
/// Our turn: the 1080p frame message built in place in one mapping of shared memory and read through a second one, every field and the
/// payload's ends included.
/// </summary>
internal sealed class EncodeFrame : IDisposable
{
    public const int PayloadBytes = 1920 * 1080 * 3 / 2;

    private const int EnvelopeBytes = 4096;

    private readonly MemoryFile _file;
    private readonly MappedMemory _source;
    private readonly MappedMemory _target;
    private readonly FrameMetadata _metadata = new();
    private FrameInfo _info = Info();

    // A field, as in the SDK's pooled frames.
    private FrameView _view;

    public EncodeFrame()
    {
        var lengthBytes = EnvelopeBytes + ((PayloadBytes + 4095L) / 4096 * 4096);
        _file = MemoryFile.Create("bench-encode", lengthBytes);
        _file.Preallocate();
        _source = MappedMemory.Map(_file, MemoryAccess.ReadWrite);
        _target = MappedMemory.Map(_file, MemoryAccess.ReadOnly);
        _source.Span(0, (int)lengthBytes).Fill(1);
    }

    public ulong Sum { get; private set; }

    public Span<byte> Payload => _source.Span(EnvelopeBytes, PayloadBytes);

    public void Once() => Once(null);

    public void OnceWithMetadata()
    {
        _metadata.Clear();
        _metadata.Set("score", 0.5);
        _metadata.Set("scene", 3L);
        _metadata.Set("label", "goal");
        Once(_metadata);
    }

    /// <summary>Nanoseconds per operation: the median of <paramref name="runs"/> runs of 1000 operations.</summary>
    public double Loop(int runs, bool withMetadata)
    {
        var times = new double[runs];
        for (var run = 0; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var count = 0; count < 1000; count++)
            {
                if (withMetadata)
                    OnceWithMetadata();
                else
                    Once();
            }

            times[run] = (Stopwatch.GetTimestamp() - start) / 1000.0;
        }

        return Statistics.Median(times);
    }

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
        _file.Dispose();
    }

    private void Once(FrameMetadata? metadata)
    {
        _info.Sequence++;
        _info.PresentationTimeNs += 33_333_333;
        var lengthBytes = FrameEnvelope.Write(_source.Span(0, EnvelopeBytes), in _info, PayloadBytes, 0, metadata);
        _source.Span(EnvelopeBytes, 1)[0] = (byte)_info.Sequence;
        if (!FrameEnvelope.TryRead(_target.ReadOnlySpan(0, lengthBytes), _target.ReadOnlySpan(EnvelopeBytes, PayloadBytes), default,
            out _view, out _))
            throw new InvalidOperationException("the message did not read");
        Sum += Read(ref _view, metadata is not null);
    }

    private static ulong Read(ref FrameView view, bool withMetadata)
    {
        ref readonly var info = ref view.Info;
        var sum = info.Stream + info.Sequence + (ulong)info.CaptureTimeWallNs + (ulong)info.PresentationTimeNs + (ulong)info.DurationNs;
        ref readonly var video = ref info.Video;
        sum += (ulong)(video.Width + video.Height + (int)video.PixelFormat + video.FrameRateNumerator + video.FrameRateDenominator);
        for (var index = 0; index < video.Planes.Count; index++)
        {
            ref readonly var plane = ref video.Planes[index];
            sum += (ulong)(plane.OffsetBytes + plane.StrideBytes + plane.Rows + plane.Payload);
        }

        if (withMetadata)
            sum += ReadMetadata(ref view);
        var payload = view.Payload0;
        return sum + payload[0] + payload[^1] + (ulong)payload.Length;
    }

    private static ulong ReadMetadata(ref FrameView view)
    {
        var sum = 0UL;
        foreach (var entry in view.Metadata)
        {
            sum += (ulong)entry.Name.Length;
            sum += entry.Which switch
            {
                FrameMessage.Metadata.Which.Int64 => (ulong)entry.Int64,
                FrameMessage.Metadata.Which.Float64 => (ulong)(entry.Float64 * 2),
                _ => (ulong)entry.Text.Length,
            };
        }

        return sum;
    }

    public static FrameInfo Info()
    {
        var planes = default(PlaneSet);
        planes.Add(new PlaneInfo(0, 1920, 1080));
        planes.Add(new PlaneInfo(1920 * 1080, 960, 540));
        planes.Add(new PlaneInfo(1920 * 1080 * 5 / 4, 960, 540));
        return new FrameInfo
        {
            Stream = 7,
            CaptureTimeWallNs = 1_700_000_000_000_000_000,
            DurationNs = 33_333_333,
            Kind = MediaKind.Video,
            Video = new VideoInfo
            {
                Width = 1920,
                Height = 1080,
                PixelFormat = PixelFormat.Yuv420p,
                FrameRateNumerator = 30,
                FrameRateDenominator = 1,
                Planes = planes,
            },
        };
    }
}
