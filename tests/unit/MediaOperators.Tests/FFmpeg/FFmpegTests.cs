using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Tests.Bridging;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.FFmpeg;

public sealed class FFmpegTests(MediaClips clips) : IClassFixture<MediaClips>
{
    private const int FirstDescriptor = FFmpegArguments.FirstFrameDescriptor;

    private static readonly TimeSpan _patience = Hang.Bound;
    private static readonly DecodeOptions _plain = new(Realtime: false, []);
    private static readonly VideoShape _video = new(MediaClips.Width, MediaClips.Height, "yuv420p", new FrameRate(20, 1));
    private static readonly AudioShape _audio = new(48000, 2, "s16le");

    [NeedsFact("ffmpeg", "ffprobe")]
    public void A_probe_finds_what_the_clip_was_made_of()
    {
        var media = Probe(clips.H264);
        CapsPromise.Check("clip", "video", _video, media.Video);
        CapsPromise.Check("clip", "audio", _audio, media.Audio);
        media.Video!.FrameCount.ShouldBe(MediaClips.Frames);
        Probe(clips.Mpeg4).Audio.ShouldBeNull();
    }

    // What ffmpeg takes before -i and ffprobe does not know has ended decode before; what both need has to arrive.
    [NeedsTheory("ffmpeg", "ffprobe")]
    [InlineData("-hwaccel auto -hwaccel_output_format yuv420p")]
    [InlineData("-r 25 -re -readrate 1 -stream_loop 0 -thread_queue_size 8")]
    [InlineData("-c:v h264 -codec:a aac -an -sn -dn -discard none")]
    [InlineData("-ss 0.1 -t 1 -itsoffset 0 -itsscale 1 -accurate_seek -seek_timestamp 0 -bitexact -noautorotate")]
    [InlineData("-f mov -ignore_editlist 1 -threads 1 -fflags +genpts -probesize 5000000")]
    public void Options_for_an_input_are_taken_by_ffmpeg_and_its_probe(string words)
    {
        var arguments = words.Split(' ');
        MediaProbe.Probe(FFmpegInput.Parse(clips.H264), arguments, CancellationToken.None).Video!.FrameCount.ShouldBe(MediaClips.Frames);
        using var process = PipedProcess.Start("ffmpeg",
            FFmpegArguments.Decode(FFmpegInput.Parse(clips.H264), _video, null, new DecodeOptions(false, arguments)),
            new PipedDescriptors([], [FirstDescriptor]));
        Drain(process, FirstDescriptor, _video.FrameBytes).ShouldBeGreaterThan(0, process.ErrorText);
        process.WaitForSuccess(_patience);
    }

    [NeedsFact("ffmpeg", "ffprobe")]
    public void The_rate_that_the_user_sets_for_an_input_is_the_inputs_rate() =>
        CapsPromise.Check("clip", "video", _video with { Rate = new FrameRate(25, 1) }, Probe(clips.H264).WithRateOf(["-r", "25"]).Video);

    [NeedsFact("ffmpeg", "ffprobe")]
    public void What_is_no_media_file_is_reported_in_ffprobes_own_words()
    {
        var path = Path.Combine(clips.Folder, "text.mp4");
        File.WriteAllText(path, "this is not a film");
        Should.Throw<MediaException>(() => Probe(path)).Message.ShouldMatch("^ffprobe ended with code 1: .*Invalid data found");
    }

    [NeedsFact("ffmpeg")]
    public void H264_and_MPEG4_come_out_with_every_frame_they_have()
    {
        foreach (var clip in (string[])[clips.H264, clips.Mpeg4])
            CountFrames(clip, out var words).ShouldBe(MediaClips.Frames, words);
    }

    [NeedsFact("ffmpeg")]
    public void Two_streams_come_out_of_one_process_side_by_side()
    {
        using var process = Decode(clips.H264, _video, _audio);
        var audioBytes = 0L;
        var audio = new Thread(() => audioBytes = Drain(process, FirstDescriptor + 1, _audio.FrameBytes));
        audio.Start();
        Drain(process, FirstDescriptor, _video.FrameBytes).ShouldBe((long)_video.FrameBytes * MediaClips.Frames);
        audio.Join(_patience).ShouldBeTrue();
        process.WaitForSuccess(_patience);
        audioBytes.ShouldBeGreaterThanOrEqualTo(2 * _audio.SampleRate * _audio.SampleBytes);
    }

    [NeedsFact("ffmpeg")]
    public void A_truncated_file_gives_what_is_there_and_a_complaint()
    {
        var frames = CountFrames(clips.Truncated, out var words);
        frames.ShouldBeInRange(1, MediaClips.Frames - 1);
        words.ShouldNotBeEmpty();
    }

    [NeedsFact("ffmpeg", "ffprobe")]
    public void What_is_encoded_has_as_many_frames_as_went_in()
    {
        foreach (var name in (string[])["out.mp4", "out.mkv", "out.avi", "out.ts", "out.nut"])
        {
            var path = Path.Combine(clips.Folder, name);
            Encode(path, path + ".partial", frames: 25);
            File.Move(path + ".partial", path);
            CountFrames(path, out var words).ShouldBe(25, $"{name}: {words}");
            CapsPromise.Check(name, "audio", _audio, Probe(path).Audio);
        }
    }

    [NeedsFact("ffmpeg", "ffprobe")]
    public void An_odd_picture_gets_a_line_more_where_the_encoder_wants_it_even()
    {
        var path = Path.Combine(clips.Folder, "odd.mp4");
        var odd = new VideoShape(33, 25, "yuv420p", _video.Rate);
        var options = new EncodeOptions(OutputFormat.For(path), null, null, "veryfast", []);
        using var process = PipedProcess.Start("ffmpeg", FFmpegArguments.Encode(odd, null, options, path),
            new PipedDescriptors([FirstDescriptor], []));
        Feed(process, FirstDescriptor, odd.FrameBytes, frames: 5);
        process.WaitForSuccess(_patience);
        var video = Probe(path).Video!;
        (video.Width, video.Height, video.FrameCount).ShouldBe((34, 26, 5L));
    }

    [NeedsFact("ffmpeg")]
    public void An_encoder_that_does_not_exist_is_reported_in_ffmpegs_own_words()
    {
        var options = new EncodeOptions(OutputFormat.For("a.mp4"), "libnothing", null, "veryfast", []);
        using var process = PipedProcess.Start("ffmpeg", FFmpegArguments.Encode(_video, null, options, Path.Combine(clips.Folder, "none")),
            new PipedDescriptors([FirstDescriptor], []));
        process.CloseEnd(FirstDescriptor);
        Should.Throw<MediaException>(() => process.WaitForSuccess(_patience)).Message.ShouldContain("libnothing");
    }

    // One in flight is what an edge that lends one frame has: whatever ffmpeg held back would stand still for ever.
    [NeedsFact("ffmpeg")]
    public void Scaling_answers_every_picture_before_the_next_one_is_sent()
    {
        var target = new VideoShape(32, 24, "rgb24", _video.Rate);
        using var process = PipedProcess.Start("ffmpeg", FFmpegArguments.Scale(_video, target), new PipedDescriptors([0], [1]));
        var picture = new byte[_video.FrameBytes];
        var scaled = new byte[target.FrameBytes];
        for (byte frame = 0; frame < 50; frame++)
        {
            picture.AsSpan().Fill(128);
            picture.AsSpan(0, _video.Width * _video.Height).Fill((byte)(100 + frame));
            process.Write(0, picture);
            process.Read(1, scaled, $"picture {frame} scaled").ShouldBe(scaled.Length);
            scaled.ShouldAllBe(value => Math.Abs(value - Full(100 + frame)) <= 3);
        }
        process.CloseEnd(0);
        process.Read(1, scaled, "the end of the stream").ShouldBe(0);
        process.WaitForSuccess(_patience);
    }

    // What players show for a grey of limited range.
    private static double Full(int luma) => (luma - 16) * 255 / 219.0;

    private static ProbedMedia Probe(string path) => MediaProbe.Probe(FFmpegInput.Parse(path), [], CancellationToken.None);

    private static PipedProcess Decode(string path, VideoShape? video, AudioShape? audio) => PipedProcess.Start("ffmpeg",
        FFmpegArguments.Decode(FFmpegInput.Parse(path), video, audio, _plain),
        new PipedDescriptors([], audio is null ? [FirstDescriptor] : [FirstDescriptor, FirstDescriptor + 1]));

    private static long CountFrames(string path, out string words)
    {
        using var process = Decode(path, _video, null);
        var bytes = Drain(process, FirstDescriptor, _video.FrameBytes);
        process.WaitForSuccess(_patience);
        words = process.ErrorText;
        (bytes % _video.FrameBytes).ShouldBe(0);
        return bytes / _video.FrameBytes;
    }

    private static long Drain(PipedProcess process, int descriptor, int frameBytes)
    {
        var (frame, total) = (new byte[frameBytes], 0L);
        for (int read; (read = process.Read(descriptor, frame, "a decoded frame")) > 0; total += read)
        {
        }
        return total;
    }

    private static void Encode(string name, string target, int frames)
    {
        var options = new EncodeOptions(OutputFormat.For(name), null, null, "veryfast", []);
        using var process = PipedProcess.Start("ffmpeg", FFmpegArguments.Encode(_video, _audio, options, target),
            new PipedDescriptors([FirstDescriptor, FirstDescriptor + 1], []));
        var audio = new Thread(() => Feed(process, FirstDescriptor + 1, _audio.FrameBytes, frames * 3));
        audio.Start();
        Feed(process, FirstDescriptor, _video.FrameBytes, frames);
        audio.Join(_patience).ShouldBeTrue();
        process.WaitForSuccess(_patience);
    }

    private static void Feed(PipedProcess process, int descriptor, int frameBytes, int frames)
    {
        var frame = new byte[frameBytes];
        for (var index = 0; index < frames; index++)
        {
            frame.AsSpan().Fill((byte)(index * 5));
            process.Write(descriptor, frame);
        }
        process.CloseEnd(descriptor);
    }
}
