using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.Bridging;

/// <summary>
/// An edge that lends one frame (maxBorrowed 1): the next one comes when that one was answered and is done. What the bridge held back
/// until more come would never come out, the last frame least of all: its answer is awaited before the stream ends.
/// </summary>
public sealed class LockStepTests : IDisposable
{
    private const ulong Frames = 20;
    private const int Width = 64, Height = 48, FrameBytes = Width * Height * 3 / 2;

    private static readonly PortSpec[] _video = [new("video", Caps: new VideoCaps(Width, Height, "yuv420p", 25, 1))];

    private readonly FakeSidecar _sidecar = new();
    private readonly RawProducer _source = new();
    private readonly RawConsumer _sink = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public Task A_bridged_program_answers_every_picture_before_the_next_one_is_sent() => AnswersEachAsync("cat");

    // As the help of exec and its sample say that ffmpeg is to be called. Turned over, a picture of one value is the same.
    [NeedsFact("ffmpeg")]
    public Task Bridged_ffmpeg_with_one_thread_that_flushes_answers_every_picture_before_the_next_one_is_sent() =>
        AnswersEachAsync("ffmpeg", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{Width}x{Height}", "-i", "-", "-vf", "vflip",
            "-f", "rawvideo", "-threads", "1", "-flush_packets", "1", "-");

    private async Task AnswersEachAsync(string program, params string[] arguments)
    {
        var (media, end) = await _sidecar.Attach("bridge", _video, _video);
        await using var attached = media;
        _sidecar.Connect(_source, end, "video", "video", capacity: 1);
        _sidecar.Connect(end, _sink, "video", "video");
        using var bridge = new RawBridge(new BridgedProgram(program, arguments, Bounded.Watchdog), media.Inputs["video"],
            media.Outputs["video"]);
        var running = bridge.RunAsync(CancellationToken.None);
        for (var sequence = 1UL; sequence <= Frames; sequence++)
        {
            _source.Send(sequence, FrameBytes);
            _sink.PopFrame().ShouldBe((sequence, (byte)sequence));
            _source.AwaitReturns(returns => returns.Exists(one => one.Ticket == sequence && one.Kind.HasFlag(ReturnKind.Done)));
        }
        _source.End(Frames);
        await running.WaitAsync(Bounded.Watchdog);
        await EndAsync(media, end);
    }

    // It ends when the end of its stream is done.
    private async Task EndAsync(MediaOperator media, AttachedMediaOperator end)
    {
        var disposal = media.DisposeAsync().AsTask();
        var last = _sink.Pop();
        (last.Kind, last.Sequence).ShouldBe((FrameKind.EndOfStream, Frames));
        _sink.Return(last.Ticket, ReturnKind.Both);
        end.Listen(Messages.AttachMessage.Which.Completed);
        await disposal.WaitAsync(Bounded.Watchdog);
    }
}
